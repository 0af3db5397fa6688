/** What a call offers for a slot, and what holds there now. */
export type Claim = { readonly text: string; readonly confidence: number };
export type Truth = Claim & { readonly ownerApproved: boolean };

/** What becomes of a candidate. */
export type CandidateVerdict =
  | { readonly kind: "accepted" }
  | { readonly kind: "corroborated" }
  /** Takes the place of what held. */
  | { readonly kind: "superseded" }
  /** Not sure enough: the owner decides. */
  | { readonly kind: "pending" }
  | { readonly kind: "rejected"; readonly reason: string };

const acceptedConfidenceMin = 0.6; // below it the model itself is guessing
const supersedingLead = 0.15; // the contract's figure
const roundingError = 1e-9; // 0.75 - 0.6 is a little less than 0.15 in binary

/**
 * The rules of one slot: the same text corroborates; another one takes its place where it is surer
 * by 0.15; what the owner has approved stays until the owner says otherwise.
 */
export function decideCandidate(truth: Truth | null, claim: Claim): CandidateVerdict {
  if (truth === null) {
    return { kind: claim.confidence >= acceptedConfidenceMin ? "accepted" : "pending" };
  }
  if (plain(truth.text) === plain(claim.text)) return { kind: "corroborated" };
  if (truth.ownerApproved) return { kind: "rejected", reason: "owner_approved_another" };
  if (claim.confidence - truth.confidence >= supersedingLead - roundingError) {
    return { kind: "superseded" };
  }
  return { kind: "rejected", reason: "not_surer_than_what_holds" };
}

/** Case, spaces and the full stop at the end make no other truth. */
function plain(text: string): string {
  return text.toLowerCase().replace(/\s+/g, " ").trim().replace(/[.!]$/, "");
}
