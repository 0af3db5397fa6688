import type { Random } from "@agentcall/base";
import { parseE164, type TrunkId, type TrunkPlan } from "@agentcall/contract";
import { askOptions } from "./keep-alive.ts";
import { outboundCall } from "./outbound-call.ts";
import type { InviteTarget } from "./outgoing-invite.ts";
import type { SendRequest } from "./sip-request.ts";
import type { TrunkDirectory } from "./trunk-directory.ts";

export type InviteTargetsOptions = {
  readonly directory: TrunkDirectory;
  /** Our own `address:port` in the view of a trunk's carrier; null while not known. */
  readonly ourHostPort: (plan: TrunkPlan) => string | null;
  readonly send: SendRequest;
  readonly random: Random;
};

const anonymous = "anonymous"; // RFC 3323 section 4.1.1.3

/** The servers of a trunk by which a number is called, in the order to be tried; none where none can be reached. */
export async function trunkTargets(
  { directory, ourHostPort, send, random }: InviteTargetsOptions,
  trunkId: TrunkId,
  parties: { readonly from: string; readonly to: string },
): Promise<readonly InviteTarget[]> {
  const route = await directory.route(trunkId);
  const ours = route === null ? null : ourHostPort(route.plan);
  if (route === null || ours === null) return [];
  return route.targets.map((target) => {
    const { uri, proxy, headers, auth } = outboundCall(route.plan, target, parties, ours);
    return {
      uri,
      proxy,
      headers,
      credentials: auth,
      uriOf: (to) => outboundCall(route.plan, target, { ...parties, to }, ours).uri,
      isThere: async () => (await askOptions(target, send, random)).kind !== "unanswered",
    };
  });
}

/** A party that is called at its own address, and sees who is calling where the caller lets us know. */
export function directTarget(uri: string, from: string): InviteTarget {
  const callingNumber = parseE164(from) ?? anonymous;
  return {
    uri,
    proxy: null,
    // drachtio puts its own address there, and makes the Contact by itself.
    headers: { From: `<sip:${callingNumber}@localhost>`, To: `<${uri}>` },
    credentials: null,
    uriOf: () => uri,
    isThere: () => Promise.resolve(true),
  };
}
