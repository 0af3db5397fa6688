/** What is wrong with a client's event, in the real service's codes. */
export type Problem = { readonly code: string; readonly message: string; readonly param: string };

/** Says what is wrong with a value that stands at `param`, or null. */
export type Shape = (value: unknown, param: string) => Problem | null;

export type Fields = Readonly<
  Record<string, { readonly shape: Shape; readonly required?: boolean }>
>;

/** An object of these fields and no others. */
export function record(fields: Fields): Shape {
  return (value, param) => {
    if (!isObject(value)) return invalidType(param, "an object");
    for (const key of Object.keys(value))
      if (!Object.hasOwn(fields, key)) return unknownParameter(join(param, key));
    for (const [key, field] of Object.entries(fields)) {
      const inner = value[key];
      if (inner === undefined) {
        if (field.required === true) return missingParameter(join(param, key));
        continue;
      }
      const problem = field.shape(inner, join(param, key));
      if (problem !== null) return problem;
    }
    return null;
  };
}

/** An object whose `type` chooses its shape. */
export function byType(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, param) => {
    if (!isObject(value)) return invalidType(param, "an object");
    const type = value["type"];
    if (type === undefined) return missingParameter(join(param, "type"));
    const shape =
      typeof type === "string" && Object.hasOwn(shapes, type) ? shapes[type] : undefined;
    return shape === undefined
      ? invalidValue(join(param, "type"), Object.keys(shapes))
      : shape(value, param);
  };
}

export function oneOf(...values: readonly string[]): Shape {
  return (value, param) =>
    typeof value === "string" && values.includes(value) ? null : invalidValue(param, values);
}

export function numberFrom(min: number, max: number, whole = false): Shape {
  return (value, param) => {
    if (typeof value !== "number") return invalidType(param, "a number");
    if (whole && !Number.isInteger(value)) return invalidType(param, "an integer");
    if (value < min) return outOfRange(param, whole, "below_min", `>= ${String(min)}`, value);
    return value > max ? outOfRange(param, whole, "above_max", `<= ${String(max)}`, value) : null;
  };
}

export function nullable(shape: Shape): Shape {
  return (value, param) => (value === null ? null : shape(value, param));
}

export function either(...shapes: readonly Shape[]): Shape {
  return (value, param) => {
    const problems = shapes.map((shape) => shape(value, param));
    return problems.includes(null) ? null : (problems[0] ?? null);
  };
}

export function listOf(shape: Shape): Shape {
  return (value, param) => {
    if (!Array.isArray(value)) return invalidType(param, "an array");
    for (const [index, item] of value.entries()) {
      const problem = shape(item, `${param}[${String(index)}]`);
      if (problem !== null) return problem;
    }
    return null;
  };
}

export const text: Shape = (value, param) =>
  typeof value === "string" ? null : invalidType(param, "a string");

export const flag: Shape = (value, param) =>
  typeof value === "boolean" ? null : invalidType(param, "a boolean");

export const object: Shape = (value, param) =>
  isObject(value) ? null : invalidType(param, "an object");

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function missingParameter(param: string): Problem {
  return {
    code: "missing_required_parameter",
    message: `Missing required parameter: '${param}'.`,
    param,
  };
}

function unknownParameter(param: string): Problem {
  return { code: "unknown_parameter", message: `Unknown parameter: '${param}'.`, param };
}

function invalidType(param: string, wanted: string): Problem {
  return {
    code: "invalid_type",
    message: `Invalid type for '${param}': expected ${wanted}.`,
    param,
  };
}

function invalidValue(param: string, values: readonly string[]): Problem {
  const list = values.map((value) => `'${value}'`).join(", ");
  return { code: "invalid_value", message: `Invalid value. Supported values are: ${list}.`, param };
}

function outOfRange(
  param: string,
  whole: boolean,
  side: string,
  wanted: string,
  value: number,
): Problem {
  const code = `${whole ? "integer" : "decimal"}_${side}_value`;
  const message = `Invalid '${param}': expected a value ${wanted}, but got ${String(value)} instead.`;
  return { code, message, param };
}

function join(param: string, key: string): string {
  return param === "" ? key : `${param}.${key}`;
}
