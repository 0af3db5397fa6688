import type { VaultView } from "@agentcall/contract";
import { timeText } from "../calls/call-view.ts";
import type { Database } from "../sqlite/database.ts";
import { listWrappingKeys } from "./ring-store.ts";
import type { VaultDoor } from "./vault-door.ts";

const keysShownMax = 50; // the ring grows by one with each rotation, for ever

/** How the vault stands: whether it is open, and how far a rotation has come. */
export async function vaultStatus(db: Database, door: VaultDoor): Promise<VaultView> {
  const keys = await listWrappingKeys(db);
  const primaryVersion = keys.find(({ state }) => state === "primary")?.keyVersion ?? null;
  const counts = await db.get(
    `SELECT count(*) AS envelopes,
       count(*) FILTER (WHERE key_version != ? AND unreadable_since_ms IS NULL) AS waiting,
       count(*) FILTER (WHERE unreadable_since_ms IS NOT NULL) AS unreadable
     FROM secret`,
    primaryVersion,
  );
  return {
    state: door.isSealed ? "sealed" : "open",
    rootProvider: door.rootKind,
    isSetUp: primaryVersion !== null,
    primaryVersion,
    envelopes: Number(counts?.["envelopes"]),
    waitingForRewrap: Number(counts?.["waiting"]),
    unreadable: Number(counts?.["unreadable"]),
    keys: keys.slice(-keysShownMax).map((key) => ({
      version: key.keyVersion,
      state: key.state,
      madeAt: timeText(key.madeAtMs),
      disabledAt: key.disabledAtMs === null ? null : timeText(key.disabledAtMs),
      destroyedAt: key.destroyedAtMs === null ? null : timeText(key.destroyedAtMs),
    })),
  };
}
