import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { isSignatureFor } from "@agentcall/vault";
import { signatureOf, type Signer } from "./signature.ts";

/** The receiver's durable yes to a batch: every entry of it but the rejected ones is kept for good. */
export const acknowledgementSchema = z.strictObject({
  format: z.literal(1),
  batchId: z.string().max(64),
  applianceId: z.string().min(1).max(64),
  epoch: z.int().positive(),
  number: z.int().positive(),
  toSequence: z.int().positive(),
  chainAfter: z.string().regex(/^[0-9a-f]{64}$/),
  /** What the receiver now holds of this epoch. */
  amountMicros: z.int(),
  rejected: z.array(z.strictObject({ entryId: z.string().max(64), reason: z.string().max(200) })),
  acknowledgedAt: z.iso.datetime(),
});
export type Acknowledgement = z.infer<typeof acknowledgementSchema>;

/** As it travels, in an answer or in a file: the exact text, and the signature in base64. */
export const signedAcknowledgementSchema = z.strictObject({
  acknowledgement: z.string().max(4_000_000),
  signature: z.string().max(100),
});
export type SignedAcknowledgement = z.infer<typeof signedAcknowledgementSchema>;

export async function signAcknowledgement(
  acknowledgement: Acknowledgement,
  signer: Signer,
): Promise<SignedAcknowledgement> {
  const text = JSON.stringify(acknowledgement);
  const signature = await signer.sign("usage-acknowledgement", Buffer.from(text));
  return { acknowledgement: text, signature: Buffer.from(signature).toString("base64") };
}

/** The acknowledgement when the key's owner has signed it for this appliance, else null. */
export function readAcknowledgement(
  key: KeyObject,
  applianceId: string,
  signed: unknown,
): Acknowledgement | null {
  const outer = signedAcknowledgementSchema.safeParse(signed);
  if (!outer.success) return null;
  const { acknowledgement: text, signature } = outer.data;
  const bytes = Buffer.from(text);
  const isSigned = isSignatureFor(
    key,
    applianceId,
    "usage-acknowledgement",
    bytes,
    signatureOf(signature),
  );
  if (!isSigned) return null;
  try {
    return acknowledgementSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null; // not JSON
  }
}
