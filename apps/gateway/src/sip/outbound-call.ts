import type { TrunkPlan } from "@agentcall/contract";
import { dialledAs } from "./number-format.ts";
import { hostText, type SipTarget, targetText, targetUri } from "./server-addresses.ts";

/** What `createUAC` of drachtio-srf is given for a call through a trunk. */
export type OutboundCall = {
  readonly uri: string;
  readonly proxy: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The answer to a 401 or 407. Null where the trunk has no password. */
  readonly auth: { readonly username: string; readonly password: string } | null;
};

/**
 * The options of a call to `to` from `from`, both in E.164, through one server of a trunk. For each
 * target of `TrunkDirectory.route` in turn: when one answers 503 or not at all, the next is tried
 * (RFC 3263 section 4.3). `ourHostPort` is what stands in our Contact; `to` may be a tag, a name or
 * a number of the trunk's own.
 */
export function outboundCall(
  plan: TrunkPlan,
  target: SipTarget,
  parties: { readonly from: string; readonly to: string },
  ourHostPort: string,
): OutboundCall {
  const { identity, numberFormat, transport, servers, credentials, sessionTimerSecs } = plan;
  const domain = hostText(servers[0]?.host ?? target.address);
  const called = dialledAs(parties.to, numberFormat);
  const uri =
    numberFormat.scheme === "tel"
      ? `tel:${called}`
      : `sip:${called}@${servers.length === 0 ? targetText(target) : domain}`;
  const fromDomain = hostText(identity.fromDomain ?? servers[0]?.host ?? target.address);
  const asserted = `<sip:${parties.from}@${fromDomain}>`;
  const via = transport === "udp" ? "" : `;transport=${transport}`;
  return {
    uri,
    proxy: targetUri(target),
    auth: credentials,
    headers: {
      From: `<sip:${identity.fromUser ?? parties.from}@${fromDomain}>`,
      To: `<${uri}>`,
      Contact: `<sip:${credentials?.username ?? "agentcall"}@${ourHostPort}${via}>`,
      Allow: "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE",
      ...(identity.assertedIdentity ? { "P-Asserted-Identity": asserted } : {}),
      ...(sessionTimerSecs === null
        ? {}
        : { Supported: "timer", "Session-Expires": String(sessionTimerSecs) }),
    },
  };
}
