import type { BatchManifest, SignedManifest } from "@agentcall/billing";

/** What became of a batch. It is delivered when the receiver has acknowledged it, and not before. */
export type DeliveryState =
  | { readonly kind: "sealed" }
  /** The receiver has refused it for good: a person has to look. */
  | { readonly kind: "parked" }
  | { readonly kind: "acknowledged"; readonly atMs: number };

/** A batch as it was sealed, and how far it has come. */
export type ExportBatch = {
  readonly manifest: BatchManifest;
  readonly signed: SignedManifest;
  readonly sealedAtMs: number;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly lastAttemptAtMs: number | null;
  readonly lastProblem: string | null;
  /** For receivers that take one entry at a time: up to where it has taken them. */
  readonly sentThrough: number;
};

/** An entry that the receiver did not take, with its words. */
export type Rejection = { readonly entryId: string; readonly reason: string };
