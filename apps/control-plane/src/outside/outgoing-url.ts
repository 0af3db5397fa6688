import { isIP } from "node:net";
import { isLoopbackAddress, isPublicAddress } from "./address-rule.ts";

/** Why we do not go to an address that somebody gave us. */
export type UrlProblem =
  | "not_a_url"
  | "not_https"
  /** Names and passwords in addresses end up in logs. */
  | "holds_credentials"
  /** Loopback, link-local, private, metadata: nothing of the public internet. */
  | "address_not_allowed";

export type OutgoingUrl =
  | { readonly kind: "url"; readonly url: URL; readonly isAllowListed: boolean }
  | { readonly kind: "refused"; readonly reason: UrlProblem };

const urlCharsMax = 2_048; // what proxies let pass

/** Hosts that the admin has named: reached whatever their address is. `host` or `host:port`. */
export type AllowedHosts = ReadonlySet<string>;

/**
 * Reads the address of a customer's server: https on the public internet, or what the admin has
 * named, on this machine without TLS too. Names are looked up later: see `OutgoingHttp`. The URL
 * parser has made decimal, octal and hexadecimal forms of an IPv4 address plain by then.
 */
export function parseOutgoingUrl(text: string, allowed: AllowedHosts): OutgoingUrl {
  if (text.length > urlCharsMax || !URL.canParse(text)) return refused("not_a_url");
  const url = new URL(text);
  const isAllowListed = allowed.has(url.hostname) || allowed.has(url.host);
  const host = bareHost(url);
  const isPlainOnThisMachine =
    url.protocol === "http:" && isAllowListed && (isLoopbackAddress(host) || host === "localhost");
  if (url.protocol !== "https:" && !isPlainOnThisMachine) return refused("not_https");
  if (url.username !== "" || url.password !== "") return refused("holds_credentials");
  if (!isAllowListed && isIP(host) !== 0 && !isPublicAddress(host)) {
    return refused("address_not_allowed");
  }
  if (!isAllowListed && isNameOfThisMachine(host)) return refused("address_not_allowed");
  return { kind: "url", url, isAllowListed };
}

/** The host without the brackets of an IPv6 address. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, "$1");
}

/** RFC 6761 section 6.3: these names never mean another machine. */
function isNameOfThisMachine(host: string): boolean {
  return /(^|\.)localhost\.?$/.test(host);
}

function refused(reason: UrlProblem): OutgoingUrl {
  return { kind: "refused", reason };
}
