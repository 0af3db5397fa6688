import { invariant } from "./invariant.ts";

/** What has exactly one JSON text. */
export type CanonicalValue =
  | string
  | number
  | boolean
  | null
  | readonly CanonicalValue[]
  | { readonly [name: string]: CanonicalValue };

/**
 * The one text of a JSON value that is signed and hashed: no spaces, and the names of each object
 * sorted by their UTF-16 code units (RFC 8785 section 3.2.3). Strings and numbers are written as
 * JSON.stringify writes them, which is what section 3.2.2 prescribes. Throws for NaN and infinities.
 */
export function canonicalJson(value: CanonicalValue): string {
  if (isList(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
    return `{${members.join(",")}}`;
  }
  invariant(typeof value !== "number" || Number.isFinite(value), "JSON has no such number");
  return JSON.stringify(value);
}

/** `Array.isArray` does not narrow readonly lists. */
function isList(value: CanonicalValue): value is readonly CanonicalValue[] {
  return Array.isArray(value);
}
