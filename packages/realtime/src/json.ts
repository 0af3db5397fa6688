/** A JSON object whose fields are still to be read. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** The value that the text stands for, or undefined where it is not JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // the one meaning of a SyntaxError here
  }
}

export function readRecord(value: unknown): JsonRecord | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonRecord) // the one cast: its fields stay unknown
    : null;
}

export function readText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** A count as the protocol has them: finite and not negative, 0 where there is none. */
export function readCount(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;
}
