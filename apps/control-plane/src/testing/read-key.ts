import path from "node:path";
import { silentLog, systemClock, systemRandom } from "@agentcall/base";
import { openDatabase } from "../sqlite/open-database.ts";
import type { RootSource } from "../vault/root-source.ts";
import { openaiKeyPurpose, Vault } from "../vault/vault.ts";

/** A number's own key as it lies in the data folder, opened by its root; or `none` or `unreadable`. */
export async function readKey(
  dataDir: string,
  root: RootSource,
  numberId: string,
): Promise<string> {
  const db = await openDatabase(path.join(dataDir, "agentcall.db"), "node");
  const around = { clock: systemClock(), random: systemRandom(), log: silentLog };
  const vault = await Vault.open(db, root, around);
  const found = await vault.find(openaiKeyPurpose, numberId);
  vault.close();
  await db.close();
  return found.kind === "opened" ? found.secret.reveal() : found.kind;
}
