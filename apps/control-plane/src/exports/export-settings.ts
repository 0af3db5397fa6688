import { AppError, Secret } from "@agentcall/base";
import { parsePublicKey } from "@agentcall/billing";
import { type ExportScheduleChange, exportScheduleChangeSchema } from "@agentcall/contract";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { OutgoingHttp } from "../outside/outgoing-http.ts";
import type { Database } from "../sqlite/database.ts";
import type { Vault } from "../vault/vault.ts";
import type { ExportTarget } from "./deliver-batch.ts";
import { checkTiming, type ExportTiming, hourly } from "./export-schedule.ts";

/** Where billing is, before an admin has said otherwise. */
export type DefaultReceiver = {
  readonly endpoint: string | null;
  readonly receiverKey: string | null;
};

export type ExportSettings = ExportTiming & {
  readonly endpoint: string | null;
  readonly format: ExportScheduleChange["format"];
  readonly receiverKey: string | null;
};

type SettingsParts = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly http: OutgoingHttp;
  /** The licence's, or the one that this program was started with. */
  readonly byDefault: () => DefaultReceiver;
  readonly nowMs: () => number;
};

const credentialPurpose = "billing-credential";
const owner = "appliance";
const keptSchema = exportScheduleChangeSchema.omit({ credential: true });

/** When batches go where. */
export class ExportSettingsStore {
  readonly #parts: SettingsParts;

  constructor(parts: SettingsParts) {
    this.#parts = parts;
  }

  async current(): Promise<ExportSettings> {
    const row = await this.#parts.db.get("SELECT settings FROM export_state");
    const kept = row?.["settings"];
    if (typeof kept === "string") return keptSchema.parse(JSON.parse(kept));
    return { ...hourly, format: "cloudevents", ...this.#parts.byDefault() };
  }

  /** Null where batches are only sealed. */
  async target(): Promise<ExportTarget | null> {
    const { endpoint, format, receiverKey } = await this.current();
    if (endpoint === null) return null;
    return {
      endpoint,
      format,
      receiverKey: receiverKey === null ? null : parsePublicKey(receiverKey),
      credential: await this.#parts.vault.open(credentialPurpose, owner),
    };
  }

  async hasCredential(): Promise<boolean> {
    return (await this.#parts.vault.fingerprintOf(credentialPurpose, owner)) !== null;
  }

  /** Throws `validation_failed`. */
  async change(change: ExportScheduleChange, actor: Actor): Promise<void> {
    const { db, audit, vault, nowMs } = this.#parts;
    checkTiming(change, nowMs());
    this.#checkReceiver(change);
    const { credential, ...kept } = change;
    await db.tx(async (writer) => {
      await writer.run("UPDATE export_state SET settings = ?", JSON.stringify(kept));
      if (credential !== undefined) await vault.remove(writer, credentialPurpose, owner);
      if (typeof credential === "string") {
        await vault.put(writer, {
          purpose: credentialPurpose,
          ownerId: owner,
          secret: new Secret(credential),
          preview: "bearer token",
        });
      }
      await audit.append(writer, actor, "usage-schedule.changed", "usage-schedule", {
        ...kept,
        credential: credential === undefined ? "kept" : credential === null ? "removed" : "set",
      });
    });
  }

  #checkReceiver({ endpoint, receiverKey, format }: ExportScheduleChange): void {
    const problem = endpoint === null ? null : this.#parts.http.problemOf(endpoint);
    if (problem !== null) throw wrongField("endpoint", `is not an address to send to: ${problem}`);
    if (receiverKey !== null && parsePublicKey(receiverKey) === null) {
      throw wrongField("receiverKey", "must be an Ed25519 public key in PEM");
    }
    if (format === "cloudevents" && endpoint !== null && receiverKey === null) {
      throw wrongField("receiverKey", "is needed to believe this receiver's acknowledgements");
    }
  }
}

function wrongField(field: string, problem: string): AppError {
  return new AppError("validation_failed", "The schedule is not valid.", {
    details: { fields: { [field]: problem } },
  });
}
