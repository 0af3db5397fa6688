import type { TrunkPlan } from "@agentcall/contract";
import type { SrfMessage } from "./srf.ts";
import type { StrangerWatch } from "./stranger-watch.ts";
import type { TrunkDirectory } from "./trunk-directory.ts";

/** What is done with an INVITE before anything is opened for it. */
export type Admission =
  | { readonly kind: "admitted"; readonly plan: TrunkPlan }
  | { readonly kind: "answered"; readonly status: number; readonly headers: Record<string, string> }
  /** Not answered at all. */
  | { readonly kind: "dropped" };

/** What a stranger hears. */
export type StrangerPolicy = "refuse" | "drop";

const callIdBytesMax = 256; // the longest in use have some 60; a longer one only fills tables
// Responses repeat these headers, and drachtio's connection dies of a message above 12 kB.
const repeatedBytesMax = 4_096;
const retryAfterSecs = "5"; // the control plane is back within seconds

/**
 * Whose call this is: a trunk's, by its source address or by digest, or a stranger's. A stranger
 * is turned away here: no session, no port and no question to the control plane for it.
 */
export function admit(
  request: SrfMessage,
  directory: TrunkDirectory,
  watch: StrangerWatch,
  policy: StrangerPolicy,
): Admission {
  const sourceAddress = request.source_address;
  if (inviteFault(request) !== null) {
    watch.dropped(sourceAddress, "malformed");
    return { kind: "dropped" };
  }
  if (!directory.isTold) {
    return { kind: "answered", status: 503, headers: { "Retry-After": retryAfterSecs } };
  }
  const plan = directory.byAddress(sourceAddress);
  if (plan !== null) return { kind: "admitted", plan };
  return admitByDigest(request, directory, watch) ?? turnedAway(sourceAddress, watch, policy);
}

/** Null where no trunk has a digest, or the answer to our challenge is wrong. */
function admitByDigest(
  request: SrfMessage,
  directory: TrunkDirectory,
  watch: StrangerWatch,
): Admission | null {
  const guard = directory.digest;
  if (guard === null) return null;
  const sourceAddress = request.source_address;
  const header = request.get("Authorization") ?? "";
  const verdict = guard.check({
    header,
    method: "INVITE",
    sourceAddress,
    passwordOf: (name) => directory.byDigestName(name)?.inbound.digest?.password ?? null,
  });
  switch (verdict.kind) {
    case "known": {
      const plan = directory.byDigestName(verdict.username);
      return plan === null ? null : { kind: "admitted", plan };
    }
    case "stale": {
      if (!watch.mayAnswer(sourceAddress, "challenged")) return { kind: "dropped" };
      const challenge = guard.challenge(sourceAddress, header !== "");
      return { kind: "answered", status: 401, headers: { "WWW-Authenticate": challenge } };
    }
    case "wrong":
      return null;
  }
}

function turnedAway(
  sourceAddress: string,
  watch: StrangerWatch,
  policy: StrangerPolicy,
): Admission {
  if (policy === "drop") {
    watch.dropped(sourceAddress, "dropped");
    return { kind: "dropped" };
  }
  const isAnswered = watch.mayAnswer(sourceAddress, "refused");
  return isAnswered ? { kind: "answered", status: 403, headers: {} } : { kind: "dropped" };
}

export type InviteFault = "call-id" | "contact" | "too-long";

/** What makes an INVITE not worth an answer; null for a proper one. */
export function inviteFault(request: SrfMessage): InviteFault | null {
  const fault = requestFault(request);
  if (fault !== null) return fault;
  const contact = request.get("Contact") ?? "";
  return isVisibleAscii(contact) && hasHost(contact) ? null : "contact";
}

/** The same of any request. */
export function requestFault(request: SrfMessage): InviteFault | null {
  const callId = request.get("Call-ID") ?? "";
  if (callId === "" || callId.length > callIdBytesMax || !isVisibleAscii(callId)) return "call-id";
  const repeated = ["Via", "From", "To", "Call-ID", "Record-Route"];
  const bytes = repeated.reduce((sum, name) => sum + Buffer.byteLength(request.get(name) ?? ""), 0);
  return bytes > repeatedBytesMax ? "too-long" : null;
}

function isVisibleAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

/** A SIP URI with a host in it (RFC 3261 section 19.1.1). */
function hasHost(contact: string): boolean {
  const address = /sips?:([^>;?\s]*)/i.exec(contact)?.[1] ?? "";
  return /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/i.test(address.split("@").at(-1) ?? "");
}
