import { AppError, type Clock, newId, type Random, Secret } from "@agentcall/base";
import type { WebhookCreation } from "@agentcall/contract";
import type { Actor, AuditLog } from "../audit/audit-log.ts";
import type { OutgoingHttp } from "../outside/outgoing-http.ts";
import type { Database, SqlWriter } from "../sqlite/database.ts";
import type { Vault } from "../vault/vault.ts";
import type { WebhookOutbox } from "./webhook-outbox.ts";
import { newWebhookSecret } from "./webhook-signature.ts";
import {
  allWebhooks,
  deleteWebhook,
  deliveryById,
  insertWebhook,
  listDeliveries,
  setFormerSecretUntil,
  type StoredDelivery,
  type StoredWebhook,
  webhookById,
} from "./webhook-store.ts";

export type WebhooksOptions = {
  readonly db: Database;
  readonly audit: AuditLog;
  readonly vault: Vault;
  readonly outbox: WebhookOutbox;
  readonly http: OutgoingHttp;
  readonly clock: Clock;
  readonly random: Random;
};

/** Of one appliance: each has places of its own for its deliveries. */
export const webhooksMax = 50;

const presentPurpose = "webhook";
const formerPurpose = "webhook-former";
const formerValidMs = 24 * 3_600_000; // the contract's 24 hours
const preview = "whsec_...";

/** The customer's webhooks and their secrets. Throws `not_found`, `conflict` and `validation_failed`. */
export class Webhooks {
  readonly #options: WebhooksOptions;

  constructor(options: WebhooksOptions) {
    this.#options = options;
  }

  list(): Promise<readonly StoredWebhook[]> {
    return allWebhooks(this.#options.db);
  }

  async create(
    { url, events }: WebhookCreation,
    actor: Actor,
  ): Promise<{ readonly webhook: StoredWebhook; readonly secret: Secret }> {
    const { db, audit, http, clock, random } = this.#options;
    const problem = http.problemOf(url);
    if (problem !== null) {
      throw new AppError("validation_failed", "This appliance does not send to this address.", {
        reason: problem,
        details: { fields: { url: problem } },
      });
    }
    const webhook = {
      id: newId("wh", random),
      url,
      events,
      createdAtMs: clock.nowMs(),
      formerSecretUntilMs: null,
    };
    const secret = new Secret(newWebhookSecret(random));
    await db.tx(async (writer) => {
      if ((await allWebhooks(writer)).length >= webhooksMax) {
        throw new AppError("conflict", `There are ${String(webhooksMax)} webhooks already.`);
      }
      await insertWebhook(writer, webhook);
      await this.#putSecret(writer, presentPurpose, webhook.id, secret);
      await audit.append(writer, actor, "webhook.created", webhook.id, { after: { url, events } });
    });
    return { webhook, secret };
  }

  /** A new secret; the one before it stays valid for a day, beside it. */
  async rotate(
    id: string,
    actor: Actor,
  ): Promise<{ readonly webhook: StoredWebhook; readonly secret: Secret }> {
    const { db, audit, vault, clock, random } = this.#options;
    const former = await vault.open(presentPurpose, id);
    const secret = new Secret(newWebhookSecret(random));
    const webhook = await db.tx(async (writer) => {
      await webhookById(writer, id);
      const untilMs = former === null ? null : clock.nowMs() + formerValidMs;
      if (former !== null) await this.#putSecret(writer, formerPurpose, id, former);
      await this.#putSecret(writer, presentPurpose, id, secret);
      await setFormerSecretUntil(writer, id, untilMs);
      await audit.append(writer, actor, "webhook.secret-rotated", id);
      return webhookById(writer, id);
    });
    return { webhook, secret };
  }

  async delete(id: string, actor: Actor): Promise<void> {
    const { db, audit, vault } = this.#options;
    await db.tx(async (writer) => {
      const { url, events } = await webhookById(writer, id);
      await vault.remove(writer, presentPurpose, id);
      await vault.remove(writer, formerPurpose, id);
      await deleteWebhook(writer, id);
      await audit.append(writer, actor, "webhook.deleted", id, { before: { url, events } });
    });
    await db.checkpoint(); // its secret is gone from the file as well
  }

  /** Newest first. */
  async deliveries(
    id: string,
    limit: number,
    before: { readonly atMs: number; readonly id: string } | null,
  ): Promise<readonly StoredDelivery[]> {
    const { db } = this.#options;
    await webhookById(db, id);
    return listDeliveries(db, id, limit, before);
  }

  /** Sends what a delivery has told once more, now. */
  async redeliver(id: string, deliveryId: string, actor: Actor): Promise<StoredDelivery> {
    const { db, audit, outbox } = this.#options;
    return db.tx(async (writer) => {
      const former = await deliveryById(writer, deliveryId);
      if (former?.webhookId !== id) {
        throw new AppError("not_found", "There is no such delivery of this webhook.");
      }
      const newDeliveryId = await outbox.redeliver(writer, former);
      await audit.append(writer, actor, "webhook.redelivered", id, { deliveryId, newDeliveryId });
      const added = await deliveryById(writer, newDeliveryId);
      return added ?? former;
    });
  }

  /** The secrets that are valid now, the present one first; null when that does not open. */
  async openSecrets({
    id,
    formerSecretUntilMs,
  }: StoredWebhook): Promise<readonly [Secret, ...Secret[]] | null> {
    const { vault, clock } = this.#options;
    const present = await vault.open(presentPurpose, id);
    if (present === null) return null;
    if (formerSecretUntilMs === null || clock.nowMs() >= formerSecretUntilMs) return [present];
    const former = await vault.open(formerPurpose, id);
    return former === null ? [present] : [present, former];
  }

  async #putSecret(
    writer: SqlWriter,
    purpose: string,
    ownerId: string,
    secret: Secret,
  ): Promise<void> {
    await this.#options.vault.put(writer, { purpose, ownerId, secret, preview });
  }
}
