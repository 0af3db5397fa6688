export {
  type Acknowledgement,
  acknowledgementSchema,
  readAcknowledgement,
  signAcknowledgement,
  type SignedAcknowledgement,
  signedAcknowledgementSchema,
} from "./acknowledgement.ts";
export { BatchBody, linesOfBody } from "./batch-body.ts";
export { type BatchProblem, checkEvents, eventLines, eventsHash } from "./batch-events.ts";
export { type BatchVerdict, readBatchFile, verifyBatch, writeBatchFile } from "./batch-file.ts";
export {
  batchEntriesMax,
  batchHash,
  type BatchManifest,
  isManifestSignedBy,
  parseManifest,
  type SignedManifest,
  signManifest,
} from "./batch-manifest.ts";
export {
  type BookedEntry,
  entryContent,
  entryHash,
  type LedgerEntry,
  ledgerEntrySchema,
  startOfChain,
} from "./ledger-entry.ts";
export { parsePublicKey, type Signer } from "./signature.ts";
export { isWebhookSignedBy, signWebhook, type WebhookHeaders } from "./standard-webhook.ts";
export {
  entryOfEvent,
  type UsageEvent,
  usageEventOf,
  usageEventSchema,
  type UsageOwner,
  usageSource,
} from "./usage-event.ts";
