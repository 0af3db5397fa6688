import type { ExportBatch } from "./export-batch.ts";

/** Where the export stands. */
export type ExportPosition = {
  /** The receiver knows another head for a batch of ours. */
  readonly forked: boolean;
  /** The batch that is to be told next: the first that is not acknowledged, or one asked for again. */
  readonly next: ExportBatch | null;
  /** Entries that are in no batch of this epoch. */
  readonly unsealed: number;
  /** Without one, batches are sealed and wait to be fetched. */
  readonly hasEndpoint: boolean;
};

export type ExportStep =
  | { readonly kind: "seal" }
  | { readonly kind: "deliver"; readonly batch: ExportBatch }
  | { readonly kind: "stop"; readonly why: "nothing-to-do" | "fork" | "parked" };

/**
 * What the export does next. Batches are told one after the other in their order: what was sealed
 * goes first, and what cannot be told holds up what follows, so that the watermark has no holes.
 */
export function decideExport({ forked, next, unsealed, hasEndpoint }: ExportPosition): ExportStep {
  if (forked) return { kind: "stop", why: "fork" };
  if (next !== null && hasEndpoint) {
    if (next.state.kind === "parked") return { kind: "stop", why: "parked" };
    return { kind: "deliver", batch: next };
  }
  return unsealed > 0 ? { kind: "seal" } : { kind: "stop", why: "nothing-to-do" };
}
