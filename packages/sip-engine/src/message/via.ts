import { type Params, parseParams, writeParams } from "./header-params.ts";

/** One Via (RFC 3261 §20.42): where the response goes. */
export type Via = {
  /** In capitals: `UDP`, `TCP`, `TLS`, `WS`… */
  readonly transport: string;
  readonly host: string;
  readonly port: number | null;
  readonly params: Params;
};

/** Every branch of RFC 3261 begins so; others come from stacks of RFC 2543. */
export const branchCookie = "z9hG4bK";

const via =
  /^SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*([A-Za-z0-9-]{1,16})[ \t]+(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?:[ \t]*:[ \t]*(\d{1,5}))?([ \t]*;[^]*)?$/i;

/** Reads one Via, or answers null. */
export function parseVia(text: string): Via | null {
  const found = via.exec(text);
  const transport = found?.[1];
  const host = found?.[2];
  if (found === null || transport === undefined || host === undefined) return null;
  const port = found[3] === undefined ? null : Number(found[3]);
  if (port !== null && port > 65_535) return null;
  const params = parseParams(found[4] ?? "");
  return params === null ? null : { transport: transport.toUpperCase(), host, port, params };
}

export function writeVia(value: Via): string {
  const port = value.port === null ? "" : `:${String(value.port)}`;
  return `SIP/2.0/${value.transport} ${value.host}${port}${writeParams(value.params)}`;
}

/** Host and port that the sender claims: part of a transaction's name (RFC 3261 §17.2.3). */
export function sentBy(value: Via): string {
  return `${value.host.toLowerCase()}:${String(value.port ?? 5060)}`;
}
