import { parseNameAddr } from "../message/name-addr.ts";
import { parseSipUri } from "../message/sip-uri.ts";
import type { Protocol } from "../transport/flow.ts";

export type NextHop = {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
};

const defaultPort = 5060;

/**
 * Where a request goes (RFC 3261 §8.1.2): to the first route, else to its URI. UDP unless the URI
 * asks for TCP. Null for what cannot be reached from here: another scheme, TLS, a malformed URI.
 */
export function nextHop(uri: string, routes: readonly string[]): NextHop | null {
  const [first] = routes;
  const target = first === undefined ? uri : (parseNameAddr(first)?.uri ?? first);
  const parsed = parseSipUri(target);
  if (parsed?.scheme !== "sip") return null;
  const protocol = (parsed.params.get("transport") ?? "udp").toLowerCase();
  if (protocol !== "udp" && protocol !== "tcp") return null;
  const address = parsed.host.replace(/^\[|\]$/g, "");
  return {
    protocol,
    address: address === "localhost" ? "127.0.0.1" : address,
    port: parsed.port ?? defaultPort,
  };
}
