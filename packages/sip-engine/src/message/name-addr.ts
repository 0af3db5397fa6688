import { type Params, parseParams, writeParams } from "./header-params.ts";

/** What From, To, Contact, Route and their like hold (RFC 3261 §20.10). The URI may be of any scheme. */
export type NameAddr = {
  /** As it was written, with its quotes; empty where there is none. */
  readonly displayName: string;
  readonly uri: string;
  readonly params: Params;
};

const quotedName = /^"(?:[^"\\]|\\.)*"/;
const tokenName = /^[A-Za-z0-9!%*_+`'~. \t\u0080-\uffff-]*$/;
const anyUri = /^[^<>"\s]+$/;
const bare = /^([A-Za-z][A-Za-z0-9+.-]*:[^\s<>",;?]+)([ \t]*;[^]*)?$/;
const schemed = /^[A-Za-z][A-Za-z0-9+.-]*:./;

/** Reads one name-addr or addr-spec, or answers null. In an unbracketed URI every `;` begins a header parameter. */
export function parseNameAddr(text: string): NameAddr | null {
  const quoted = quotedName.exec(text)?.[0] ?? "";
  const open = text.indexOf("<", quoted.length);
  if (open < 0) {
    const plain = bare.exec(text);
    return plain === null ? null : build("", plain[1] ?? "", plain[2] ?? "");
  }
  const close = text.indexOf(">", open);
  const uri = text.slice(open + 1, close);
  const between = text.slice(quoted.length, open);
  if (close < 0 || !anyUri.test(uri)) return null;
  if (quoted === "" ? !tokenName.test(between) : between.trim() !== "") return null;
  return build(quoted === "" ? between.trim() : quoted, uri, text.slice(close + 1));
}

export function writeNameAddr(address: NameAddr): string {
  const name = address.displayName === "" ? "" : `${address.displayName} `;
  return `${name}<${address.uri}>${writeParams(address.params)}`;
}

/** The same address with this tag, instead of the one it had. */
export function withTag(address: NameAddr, tag: string): NameAddr {
  return { ...address, params: new Map([...address.params, ["tag", tag]]) };
}

function build(displayName: string, uri: string, paramText: string): NameAddr | null {
  if (!schemed.test(uri)) return null;
  const params = parseParams(paramText);
  return params === null ? null : { displayName, uri, params };
}
