import { expect, test } from "vitest";
import { decideCandidate } from "./decide-candidate.ts";

const mornings = { text: "Mornings", confidence: 0.6, ownerApproved: false };
const approved = { ...mornings, ownerApproved: true };

test.each([
  [null, { text: "Mornings", confidence: 0.6 }, { kind: "accepted" }],
  [null, { text: "Mornings", confidence: 0.59 }, { kind: "pending" }],
  [mornings, { text: " mornings. ", confidence: 0.1 }, { kind: "corroborated" }],
  [approved, { text: "Mornings", confidence: 1 }, { kind: "corroborated" }],
  [mornings, { text: "Afternoons", confidence: 0.75 }, { kind: "superseded" }],
  [
    mornings,
    { text: "Afternoons", confidence: 0.74 },
    { kind: "rejected", reason: "not_surer_than_what_holds" },
  ],
  [
    approved,
    { text: "Afternoons", confidence: 1 },
    { kind: "rejected", reason: "owner_approved_another" },
  ],
] as const)("what holds being %o, %o is %o", (truth, claim, verdict) => {
  expect(decideCandidate(truth, claim)).toEqual(verdict);
});
