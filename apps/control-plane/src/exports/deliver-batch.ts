import type { KeyObject } from "node:crypto";
import { type Secret, unreachable } from "@agentcall/base";
import { type Signer, signWebhook } from "@agentcall/billing";
import type { ExportFormat } from "@agentcall/contract";
import { entriesAfter } from "../ledger/ledger-store.ts";
import type { OutgoingHttp, OutgoingOutcome } from "../outside/outgoing-http.ts";
import type { SqlReader } from "../sqlite/database.ts";
import { batchCsv } from "./batch-csv.ts";
import { plainAnswer, signedAnswer } from "./receiver-answer.ts";
import type { SealedBatch } from "./seal-batch.ts";
import type { DeliveryOutcome } from "./settle-delivery.ts";
import { sendMeterEvents } from "./stripe-events.ts";

/** Where batches go, and what they are shown with. */
export type ExportTarget = {
  readonly endpoint: string;
  readonly format: ExportFormat;
  readonly receiverKey: KeyObject | null;
  readonly credential: Secret | null;
};

type DeliveryParts = {
  readonly reader: SqlReader;
  readonly http: OutgoingHttp;
  readonly signer: Signer;
  /** Of the appliance, in PEM: a receiver that does not know it yet learns it by this. */
  readonly publicKeyPem: string;
  readonly nowMs: () => number;
};

const attemptMsMax = 30_000; // Standard Webhooks: 15 to 30 s
const answerBytesMax = 4_194_304; // an acknowledgement that names every entry as rejected

/** One attempt to deliver a batch. Never rejects for what the other side does. */
export async function deliverBatch(
  parts: DeliveryParts,
  target: ExportTarget,
  sealed: SealedBatch,
  signal: AbortSignal,
): Promise<DeliveryOutcome> {
  const { batch, body } = sealed;
  const { manifest } = batch;
  switch (target.format) {
    case "cloudevents":
    case "openmeter": {
      const type = "application/cloudevents-batch+json; charset=utf-8";
      const answer = await post(parts, target, sealed, { type, body, signal });
      return target.format === "openmeter"
        ? plainAnswer(answer)
        : signedAnswer(answer, batch, target.receiverKey);
    }
    case "csv": {
      const entries = await entriesAfter(
        parts.reader,
        manifest.fromSequence - 1,
        manifest.entryCount,
      );
      const type = "text/csv; charset=utf-8; header=present";
      return plainAnswer(
        await post(parts, target, sealed, { type, body: batchCsv(entries), signal }),
      );
    }
    case "stripe": {
      const after = batch.sentThrough;
      const left = manifest.toSequence - after;
      const entries = await entriesAfter(parts.reader, after, left);
      const { endpoint, credential } = target;
      return sendMeterEvents({ http: parts.http, endpoint, credential, signal }, manifest, entries);
    }
    default:
      return unreachable(target.format);
  }
}

/** The manifest goes beside the body, so that the body is what OpenMeter takes as it is. */
async function post(
  { http, signer, publicKeyPem, nowMs }: DeliveryParts,
  { endpoint, credential }: ExportTarget,
  { batch: { manifest, signed } }: SealedBatch,
  content: {
    readonly type: string;
    readonly body: string | Uint8Array;
    readonly signal: AbortSignal;
  },
): Promise<OutgoingOutcome> {
  return http.send({
    method: "POST",
    url: endpoint,
    headers: {
      "content-type": content.type,
      ...(await signWebhook(manifest.batchId, nowMs(), content.body, signer)),
      "agentcall-batch": Buffer.from(signed.text).toString("base64url"),
      "agentcall-batch-signature": signed.signature,
      "agentcall-public-key": Buffer.from(publicKeyPem).toString("base64url"),
      ...(credential === null ? {} : { authorization: `Bearer ${credential.reveal()}` }),
    },
    body: content.body,
    timeoutMs: attemptMsMax,
    bodyBytesMax: answerBytesMax,
    signal: content.signal,
  });
}
