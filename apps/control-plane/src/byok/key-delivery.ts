import { AppError, type Clock, type Log, type Secret } from "@agentcall/base";
import { type KeyDeliveryMode, keyDeliverySchema } from "@agentcall/contract";
import { type Actor, applianceActor, type AuditLog } from "../audit/audit-log.ts";
import type { Database } from "../sqlite/database.ts";
import { type Minted, mintClientSecret } from "./client-secret.ts";

export type KeyDeliveryOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  /** Such as `https://api.openai.com/v1`. */
  readonly baseUrl: string;
  readonly clock: Clock;
  readonly log: Log;
};

/** How gateways get the key of a call: as it is, or a client secret that opens one session. */
export class KeyDelivery {
  readonly #options: KeyDeliveryOptions;
  #mode: KeyDeliveryMode;

  private constructor(options: KeyDeliveryOptions, mode: KeyDeliveryMode) {
    this.#options = options;
    this.#mode = mode;
  }

  static async open(options: KeyDeliveryOptions): Promise<KeyDelivery> {
    const row = await options.db.get("SELECT mode FROM key_delivery");
    return new KeyDelivery(options, row === null ? "direct" : parseMode(row["mode"]));
  }

  get mode(): KeyDeliveryMode {
    return this.#mode;
  }

  async change(mode: KeyDeliveryMode, actor: Actor): Promise<void> {
    const { db, audit, log } = this.#options;
    const before = this.#mode;
    await db.tx(async (writer) => {
      await writer.run(
        `INSERT INTO key_delivery (id, mode) VALUES (1, ?)
         ON CONFLICT (id) DO UPDATE SET mode = excluded.mode`,
        mode,
      );
      const detail = { before, after: mode };
      await audit.append(writer, actor, "key-delivery.changed", "appliance", detail);
    });
    this.#mode = mode;
    log.info({ mode }, "the delivery of keys was changed");
  }

  /** What a gateway gets in place of this key, which was opened for a call. */
  async forCall(
    { apiKey, model }: { readonly apiKey: Secret; readonly model: string },
    { callId, numberId }: { readonly callId: string; readonly numberId: string },
  ): Promise<Minted> {
    if (this.#mode === "direct") return { kind: "minted", secret: apiKey };
    const { db, audit, baseUrl } = this.#options;
    const minted = await mintClientSecret({ baseUrl, apiKey, model }, this.#options);
    const refused = minted.kind === "refused" ? minted.reason : null;
    await db.tx((writer) =>
      audit.append(writer, applianceActor, "client-secret.minted", numberId, { callId, refused }),
    );
    return minted;
  }
}

function parseMode(value: unknown): KeyDeliveryMode {
  const mode = keyDeliverySchema.shape.keyDelivery.safeParse(value);
  if (mode.success) return mode.data;
  throw new AppError("internal_error", "the delivery of keys has an unknown mode");
}
