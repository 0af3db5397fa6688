import { trunkCreationSchema, trunkIdSchema, type TrunkPlan } from "@agentcall/contract";
import type { CallTrunk } from "../sip-leg.ts";
import type { TrunkNews } from "../trunk-directory.ts";

const trunkId = trunkIdSchema.parse("trunk_1");

/** A trunk that takes calls from this machine, with these settings changed. */
export function aTrunkPlan(changes: Partial<TrunkPlan> = {}): TrunkPlan {
  const settings = trunkCreationSchema.parse({ name: "Carrier", keepAlive: null });
  return {
    ...settings,
    trunkId,
    credentials: null,
    inbound: { addresses: ["127.0.0.0/8", "::1"], fromServers: false, digest: null },
    ...changes,
  };
}

/** What a call of such a trunk goes by. */
export const aCallTrunk: CallTrunk = {
  trunkId,
  publicAddress: null,
  codecs: null,
  srtp: "off",
};

/** What the control plane tells of these trunks. */
export function newsOf(trunks: readonly TrunkPlan[] = [aTrunkPlan()], leads = true): TrunkNews {
  return { trunks, leads, nonceKey: Buffer.alloc(32, 1).toString("base64") };
}
