import { parseNameAddr } from "../message/name-addr.ts";
import { parseSipUri } from "../message/sip-uri.ts";
import type { Protocol } from "../transport/flow.ts";

export type NextHop = {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  /** The domain that the request is for, wherever it is sent: a TLS peer proves that it serves it. */
  readonly name: string;
};

const defaultPorts = { udp: 5060, tcp: 5060, tls: 5061 } as const satisfies Record<
  Protocol,
  number
>;

/**
 * Where a request of a dialog goes (RFC 3261 §8.1.2): to the first of its routes, which are
 * addresses in brackets, else to its URI.
 */
export function nextHop(uri: string, routes: readonly string[]): NextHop | null {
  const [first] = routes;
  return hopOf(first === undefined ? uri : (parseNameAddr(first)?.uri ?? first), uri);
}

/**
 * Where a request for `uri` goes that is to be sent to the URI `target`. UDP unless that asks for
 * something else. Null for what cannot be reached from here: another scheme, a malformed URI.
 */
export function hopOf(target: string, uri: string): NextHop | null {
  const parsed = parseSipUri(target);
  if (parsed?.scheme !== "sip") return null;
  const protocol = (parsed.params.get("transport") ?? "udp").toLowerCase();
  if (protocol !== "udp" && protocol !== "tcp" && protocol !== "tls") return null;
  const address = parsed.host.replace(/^\[|\]$/g, "");
  return {
    protocol,
    address: address === "localhost" ? "127.0.0.1" : address,
    port: parsed.port ?? defaultPorts[protocol],
    name: (parseSipUri(uri)?.host ?? parsed.host).replace(/^\[|\]$/g, ""),
  };
}
