import { trunkCreationSchema, trunkIdSchema, trunksMax } from "@agentcall/contract";
import { applianceActor } from "../audit/audit-log.ts";
import type { TrunkStore } from "./trunk-store.ts";

const id = trunkIdSchema.parse("trunk_thismachine");

const loopback = trunkCreationSchema.parse({
  name: "This machine",
  inbound: { addresses: ["127.0.0.0/8", "::1"], fromServers: false },
  keepAlive: null,
});

/**
 * Makes sure, once, that the evaluation's phone on this machine is a trunk. What an admin has
 * changed on it stays; one that was deleted is made again at the next start.
 */
export async function ensureLoopbackTrunk(trunks: TrunkStore): Promise<void> {
  const present = await trunks.list(trunksMax, null);
  const isThere = present.some(({ settings }) => settings.name === loopback.name);
  if (!isThere && !present.some((trunk) => trunk.id === id)) {
    await trunks.create(loopback, applianceActor, id);
  }
}
