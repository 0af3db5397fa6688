import type { KeyObject } from "node:crypto";
import { readAcknowledgement } from "@agentcall/billing";
import { z } from "zod";
import type { OutgoingOutcome } from "../outside/outgoing-http.ts";
import type { ExportBatch } from "./export-batch.ts";
import type { DeliveryOutcome } from "./settle-delivery.ts";

/** What our billing receiver says with a 409. */
const conflictSchema = z.discriminatedUnion("error", [
  z.object({ error: z.literal("fork") }),
  z.object({ error: z.literal("expected"), number: z.int().positive() }),
]);

/** Statuses of the 4xx that say nothing of the batch: too slow, too early, too much. */
const passing = new Set([408, 425, 429]);

/** What the answer to a request means where any 2xx is a yes. */
export function plainAnswer(outcome: OutgoingOutcome): DeliveryOutcome {
  if (outcome.kind === "failed") return { kind: "failed", reason: outcome.reason };
  if (outcome.kind === "refused") return { kind: "refused", reason: outcome.reason };
  const { status, retryAfterMs } = outcome;
  if (status >= 200 && status < 300) {
    return { kind: "acknowledged", acknowledgement: null, rejected: [] };
  }
  const reason = `http_${String(status)}`;
  if (status >= 400 && status < 500 && !passing.has(status)) return { kind: "refused", reason };
  return { kind: "failed", reason, ...(retryAfterMs === null ? {} : { waitMs: retryAfterMs }) };
}

/** What the answer of our billing receiver means: a yes is only one that it has signed for this batch. */
export function signedAnswer(
  outcome: OutgoingOutcome,
  batch: ExportBatch,
  receiverKey: KeyObject | null,
): DeliveryOutcome {
  if (outcome.kind !== "answered") return plainAnswer(outcome);
  const { status, body, isCut } = outcome;
  if (status === 409) return conflictAnswer(body, batch) ?? plainAnswer(outcome);
  if (status < 200 || status >= 300) return plainAnswer(outcome);
  if (receiverKey === null) return { kind: "refused", reason: "no_receiver_key" };
  if (isCut) return { kind: "failed", reason: "acknowledgement_too_long" };
  return acknowledgementOutcome(parseJson(body.toString("utf8")), batch, receiverKey);
}

/** What a signed acknowledgement, from an answer or from a file, says of a batch. */
export function acknowledgementOutcome(
  signed: unknown,
  { manifest }: ExportBatch,
  receiverKey: KeyObject,
): DeliveryOutcome {
  const read = readAcknowledgement(receiverKey, manifest.applianceId, signed);
  if (read === null) return { kind: "failed", reason: "acknowledgement_not_genuine" };
  const isOfBatch =
    read.batchId === manifest.batchId &&
    read.epoch === manifest.epoch &&
    read.number === manifest.number &&
    read.toSequence === manifest.toSequence;
  if (!isOfBatch) return { kind: "failed", reason: "acknowledgement_of_another_batch" };
  if (read.chainAfter !== manifest.chainAfter) return { kind: "fork" };
  return {
    kind: "acknowledged",
    acknowledgement: JSON.stringify(signed),
    rejected: read.rejected,
  };
}

function conflictAnswer(body: Buffer, { manifest }: ExportBatch): DeliveryOutcome | null {
  const conflict = conflictSchema.safeParse(parseJson(body.toString("utf8"))).data;
  if (conflict === undefined) return null;
  if (conflict.error === "fork") return { kind: "fork" };
  // It can only have lost what comes before.
  if (conflict.number >= manifest.number) return { kind: "failed", reason: "receiver_is_ahead" };
  return { kind: "rewind", toNumber: conflict.number };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // refused by whoever reads it
  }
}
