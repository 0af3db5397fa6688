import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { Ajv, type ValidateFunction } from "ajv";
import { createGenerator } from "ts-json-schema-generator";

/** What is wrong with a frame that a client sends, by the types of the `openai` package. Empty: nothing. */
export function clientEventProblems(frame: unknown): readonly string[] {
  clientValidators ??= compile("WireClientEvent");
  return problems(clientValidators, frame);
}

/** The same for a server's frame. Fields that the types do not know are allowed: real frames have some. */
export function serverEventProblems(frame: unknown): readonly string[] {
  serverValidators ??= compile("WireServerEvent");
  return problems(serverValidators, frame);
}

type Root = "WireClientEvent" | "WireServerEvent";
type Tree = Record<string, unknown>;
type Validators = ReadonlyMap<string, ValidateFunction>;

let clientValidators: Validators | null = null;
let serverValidators: Validators | null = null;

function problems(validators: Validators, frame: unknown): readonly string[] {
  const type = String(isTree(frame) ? frame["type"] : frame);
  const validate = validators.get(type);
  if (validate === undefined) return [`no event has the type ${type}`];
  if (validate(frame)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${type}${instancePath} ${message ?? ""} ${JSON.stringify(params)}`,
  );
}

/** One validator for each event, so that a problem names a field and not the whole union. */
function compile(root: Root): Validators {
  const definitions = definitionsOf(root);
  for (const definition of Object.values(definitions)) correct(definition);
  const ajv = new Ajv({ strict: false, validateFormats: false });
  const validators = new Map<string, ValidateFunction>();
  for (const name of eventNames(definitions, root)) {
    const type = constantOf(definitions[name]);
    if (type !== null) validators.set(type, ajv.compile({ ...definitions[name], definitions }));
  }
  return validators;
}

/** The members of the union that the root is another name for. */
function eventNames(definitions: Record<string, Tree>, root: string): string[] {
  const node = definitions[root] ?? {};
  const nodes = Array.isArray(node["anyOf"]) ? (node["anyOf"] as unknown[]) : [node];
  return nodes.flatMap((inner) => {
    const reference = isTree(inner) ? inner["$ref"] : undefined;
    if (typeof reference !== "string") return [];
    const name = decodeURIComponent(reference.replace("#/definitions/", ""));
    return constantOf(definitions[name]) === null ? eventNames(definitions, name) : [name];
  });
}

function constantOf(definition: Tree | undefined): string | null {
  const properties = definition?.["properties"];
  const type = isTree(properties) ? properties["type"] : undefined;
  const constant = isTree(type) ? type["const"] : undefined;
  return typeof constant === "string" ? constant : null;
}

/** Generating takes seconds; the result is kept for the versions that made it. */
function definitionsOf(root: Root): Record<string, Tree> {
  const version = `${versionOf("openai")}-${versionOf("ts-json-schema-generator")}`;
  const folder = fileURLToPath(
    new URL("../../../../node_modules/.cache/agentcall-realtime/", import.meta.url),
  );
  const path = `${folder}${root}-${version}.json`;
  const text = readIfThere(path) ?? keep(folder, path, generate(root));
  return (JSON.parse(text) as { definitions: Record<string, Tree> }).definitions;
}

function generate(root: Root): string {
  const schema = createGenerator({
    path: fileURLToPath(new URL("wire-events.ts", import.meta.url)),
    tsconfig: fileURLToPath(new URL("../../../../tsconfig.json", import.meta.url)),
    type: root,
    skipTypeCheck: true,
    additionalProperties: root === "WireServerEvent",
  }).createSchema(root);
  return JSON.stringify(schema);
}

/** Written beside and renamed: another test process may do the same at this moment. */
function keep(folder: string, path: string, text: string): string {
  const temporary = `${path}.${String(process.pid)}`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(temporary, text);
  renameSync(temporary, path);
  return text;
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null; // not generated yet
  }
}

function versionOf(name: string): string {
  let path = createRequire(import.meta.url).resolve(name);
  path = path.slice(0, path.lastIndexOf(`node_modules/${name}/`) + `node_modules/${name}/`.length);
  return (JSON.parse(readFileSync(`${path}package.json`, "utf8")) as { version: string }).version;
}

/**
 * What the types cannot say and real frames show: an optional field may be null, and
 * milliseconds are whole and not negative.
 */
function correct(node: unknown): void {
  if (Array.isArray(node)) {
    for (const inner of node as unknown[]) correct(inner);
    return;
  }
  if (!isTree(node)) return;
  for (const inner of Object.values(node)) correct(inner);
  const properties = node["properties"];
  if (!isTree(properties)) return;
  const required: readonly unknown[] = Array.isArray(node["required"]) ? node["required"] : [];
  for (const [name, inner] of Object.entries(properties)) {
    if (name === "audio_end_ms") properties[name] = { type: "integer", minimum: 0 };
    else if (!required.includes(name)) properties[name] = { anyOf: [inner, { type: "null" }] };
  }
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
