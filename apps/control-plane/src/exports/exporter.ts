import { type Clock, type Log, unreachable } from "@agentcall/base";
import type { Signer } from "@agentcall/billing";
import type { EventStream } from "../events/event-stream.ts";
import type { OutgoingHttp } from "../outside/outgoing-http.ts";
import type { Database, SqlWriter } from "../sqlite/database.ts";
import type { WebhookOutbox } from "../webhooks/webhook-outbox.ts";
import { decideExport } from "./decide-export.ts";
import { deliverBatch } from "./deliver-batch.ts";
import type { ExportBatch } from "./export-batch.ts";
import type { ExportSettingsStore } from "./export-settings.ts";
import { ExportStore } from "./export-store.ts";
import { eventsOf, sealBatch, type SealedBatch } from "./seal-batch.ts";
import { type DeliveryOutcome, settleDelivery } from "./settle-delivery.ts";

export type ExporterOptions = {
  readonly db: Database;
  readonly settings: ExportSettingsStore;
  readonly http: OutgoingHttp;
  readonly signer: Signer & { publicKeyPem(): Promise<string | null> };
  readonly applianceId: string;
  /** Whom usage is billed to, of the licence. */
  readonly customer: () => string;
  readonly stream: EventStream;
  readonly outbox: Pick<WebhookOutbox, "publish">;
  readonly clock: Clock;
  readonly log: Log;
};

/** How a run ended. */
export type ExportRun =
  | { readonly kind: "done" }
  /** Until a person has looked. */
  | { readonly kind: "stopped"; readonly why: "fork" | "parked" }
  | { readonly kind: "failed"; readonly reason: string; readonly waitMs: number };

/** Seals batches and tells them to billing, one after the other. */
export class Exporter {
  readonly #options: ExporterOptions;
  readonly #store: ExportStore;
  /** The batch that was sealed last, with its events: usually the next to be told. */
  #sealed: SealedBatch | null = null;
  #running: Promise<unknown> = Promise.resolve();

  constructor(options: ExporterOptions) {
    this.#options = options;
    this.#store = new ExportStore(options.db);
  }

  /** Tells all there is to tell, or stops at the first failure. Runs never overlap. */
  run(signal: AbortSignal): Promise<ExportRun> {
    const run = this.#running.then(() => this.#runAlone(signal));
    this.#running = run.catch(() => undefined);
    return run;
  }

  /** Seals what is in no batch yet. Null where there is nothing. */
  async seal(): Promise<ExportBatch | null> {
    const { db, signer, applianceId, customer, clock, log } = this.#options;
    const owner = { applianceId, customer: customer() };
    const sealed = await sealBatch(db, signer, owner, clock.nowMs());
    if (sealed === null) return null;
    this.#sealed = sealed;
    const { batchId, number, entryCount } = sealed.batch.manifest;
    log.info({ batchId, number, entryCount }, "usage batch sealed");
    return sealed.batch;
  }

  async #runAlone(signal: AbortSignal): Promise<ExportRun> {
    for (;;) {
      const target = await this.#options.settings.target();
      const step = decideExport(await this.#store.position(target !== null));
      switch (step.kind) {
        case "seal":
          await this.seal();
          break;
        case "deliver": {
          if (target === null) return { kind: "done" };
          const outcome = await this.#deliver(step.batch, target, signal);
          if (outcome.kind === "failed") {
            return { kind: "failed", reason: outcome.reason, waitMs: outcome.waitMs ?? 0 };
          }
          break;
        }
        case "stop":
          return step.why === "nothing-to-do"
            ? { kind: "done" }
            : { kind: "stopped", why: step.why };
        default:
          return unreachable(step);
      }
    }
  }

  async #deliver(
    batch: ExportBatch,
    target: Parameters<typeof deliverBatch>[1],
    signal: AbortSignal,
  ): Promise<DeliveryOutcome> {
    const { db, http, signer, clock } = this.#options;
    const publicKeyPem = (await signer.publicKeyPem()) ?? "";
    const parts = { reader: db, http, signer, publicKeyPem, nowMs: () => clock.nowMs() };
    const kept = this.#sealed;
    const isKept = kept?.batch.manifest.batchId === batch.manifest.batchId;
    const { body } = kept !== null && isKept ? kept : await eventsOf(db, batch);
    const outcome = await deliverBatch(parts, target, { batch, body }, signal);
    const { alert } = await db.tx(async (writer) => {
      if (outcome.kind === "acknowledged") await this.#publish(writer, batch, outcome);
      return settleDelivery(writer, batch, outcome, clock.nowMs());
    });
    if (outcome.kind === "acknowledged") this.#sealed = null;
    this.#tell(batch, outcome, alert);
    return outcome;
  }

  /** Webhooks are told in the transaction of the acknowledgement; of a batch that was told again, once. */
  async #publish(
    writer: SqlWriter,
    { manifest }: ExportBatch,
    outcome: Extract<DeliveryOutcome, { kind: "acknowledged" }>,
  ): Promise<void> {
    await this.#options.outbox.publish(writer, {
      event: "usage.export.delivered",
      callId: null,
      dedupeId: manifest.batchId,
      data: deliveredOf(manifest, outcome),
    });
  }

  #tell({ manifest, attempts }: ExportBatch, outcome: DeliveryOutcome, alert: boolean): void {
    const { stream, log } = this.#options;
    const { batchId, number } = manifest;
    const reason = "reason" in outcome ? outcome.reason : null;
    const fields = { batchId, number, attempt: attempts + 1, outcome: outcome.kind, reason };
    if (outcome.kind === "acknowledged") {
      const told = deliveredOf(manifest, outcome);
      log.info({ ...fields, rejected: told.rejected }, "usage batch delivered");
      stream.publish("usage.export.delivered", told);
      return;
    }
    log.warn(fields, "usage batch not delivered");
    if (!alert) return;
    log.error(fields, "the usage export needs somebody to look after it");
    stream.publish("usage.export.failing", { batchId, outcome: outcome.kind, reason });
  }
}

function deliveredOf(
  { batchId, toSequence, entryCount, amountMicros }: ExportBatch["manifest"],
  outcome: Extract<DeliveryOutcome, { kind: "acknowledged" }>,
): Readonly<Record<string, string | number>> & { readonly rejected: number } {
  return { batchId, toSequence, entryCount, amountMicros, rejected: outcome.rejected.length };
}
