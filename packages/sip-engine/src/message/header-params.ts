/** Parameters of a header or URI: names in lower case, null where a name stands without a value. */
export type Params = ReadonlyMap<string, string | null>;

const param =
  /^[ \t]*;[ \t]*([A-Za-z0-9!%*_+`'~.[\]/:&$-]+)(?:[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^\s;,"=?<>]*))?/;
/** More parameters than this are an attempt to make us work. */
const paramsMax = 30;

/** Reads `;name=value;name…` up to the end of the text, or null where it is something else. */
export function parseParams(text: string): Params | null {
  const params = new Map<string, string | null>();
  let rest = text;
  while (rest.trim() !== "") {
    const found = param.exec(rest);
    const name = found?.[1];
    if (found === null || name === undefined || params.size === paramsMax) return null;
    if (params.has(name.toLowerCase())) return null;
    params.set(name.toLowerCase(), found[2] ?? null);
    rest = rest.slice(found[0].length);
  }
  return params;
}

/** The parameters as they stand behind a value. */
export function writeParams(params: Params): string {
  let text = "";
  for (const [name, value] of params) text += value === null ? `;${name}` : `;${name}=${value}`;
  return text;
}

/** Splits a header value at its commas, not at those in quotes or angle brackets (RFC 3261 §7.3.1). */
export function splitList(text: string): readonly string[] {
  const parts: string[] = [];
  let quoted = false;
  let bracketed = false;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charAt(at);
    if (quoted) {
      if (letter === "\\") at += 1;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === "<") bracketed = true;
    else if (letter === ">") bracketed = false;
    else if (letter === "," && !bracketed) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  parts.push(text.slice(from).trim());
  return parts;
}
