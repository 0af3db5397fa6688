import { parseE164 } from "@agentcall/contract";
import { isIPv6 } from "node:net";
import type { Invite } from "./sip-leg.ts";

/** The SIP URI of a party to whom a call is handed over. A number is reached where the call came from. */
export function targetUri(
  to: string,
  invite: Pick<Invite, "sourceAddress" | "sourcePort">,
): string {
  if (parseE164(to) === null) return to;
  const { sourceAddress, sourcePort } = invite;
  const host = isIPv6(sourceAddress) ? `[${sourceAddress}]` : sourceAddress;
  return `sip:${to}@${host}:${String(sourcePort)}`;
}
