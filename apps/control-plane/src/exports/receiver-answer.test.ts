import { signAcknowledgement } from "@agentcall/billing";
import { aChain, aSigner, sealedBatch } from "@agentcall/billing/testing";
import { parseManifest } from "@agentcall/billing";
import { beforeAll, describe, expect, test } from "vitest";
import type { OutgoingOutcome } from "../outside/outgoing-http.ts";
import type { ExportBatch } from "./export-batch.ts";
import { plainAnswer, signedAnswer } from "./receiver-answer.ts";

const receiver = aSigner("the receiver");

let batch: ExportBatch;

beforeAll(async () => {
  const { signed } = await sealedBatch(aChain(3), aSigner("the box"), { number: 5 });
  const manifest = parseManifest(signed.text);
  if (manifest === null) throw new Error("a sealed batch has a manifest");
  batch = {
    manifest,
    signed,
    sealedAtMs: 0,
    state: { kind: "sealed" },
    attempts: 0,
    lastAttemptAtMs: null,
    lastProblem: null,
    sentThrough: 0,
  };
});

function answered(status: number, body: unknown = {}, retryAfterMs: number | null = null) {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return { kind: "answered", status, body: bytes, isCut: false, retryAfterMs } as const;
}

async function signed(changes: Record<string, unknown> = {}, signer = receiver): Promise<unknown> {
  const { batchId, applianceId, epoch, number, toSequence, chainAfter } = batch.manifest;
  const acknowledgement = {
    ...{ format: 1 as const, batchId, applianceId, epoch, number, toSequence, chainAfter },
    amountMicros: 1,
    rejected: [],
    acknowledgedAt: "2026-11-24T13:00:00.000Z",
    ...changes,
  };
  return signAcknowledgement(acknowledgement, signer);
}

describe("an answer where a 2xx is a yes", () => {
  test.each<readonly [string, OutgoingOutcome, unknown]>([
    ["200", answered(200), { kind: "acknowledged", acknowledgement: null, rejected: [] }],
    ["204", answered(204), { kind: "acknowledged", acknowledgement: null, rejected: [] }],
    ["302", answered(302), { kind: "failed", reason: "http_302" }],
    ["400", answered(400), { kind: "refused", reason: "http_400" }],
    ["401", answered(401), { kind: "refused", reason: "http_401" }],
    ["408", answered(408), { kind: "failed", reason: "http_408" }],
    ["429", answered(429, {}, 60_000), { kind: "failed", reason: "http_429", waitMs: 60_000 }],
    ["503", answered(503), { kind: "failed", reason: "http_503" }],
    ["time-out", { kind: "failed", reason: "timeout" }, { kind: "failed", reason: "timeout" }],
    [
      "TLS error",
      { kind: "failed", reason: "tls_failed" },
      { kind: "failed", reason: "tls_failed" },
    ],
    ["address", { kind: "refused", reason: "not_https" }, { kind: "refused", reason: "not_https" }],
  ])("%s", (_what, outcome, expected) => {
    expect(plainAnswer(outcome)).toEqual(expected);
  });
});

describe("an answer of our billing receiver", () => {
  const read = (outcome: OutgoingOutcome, key = receiver.publicKey): unknown =>
    signedAnswer(outcome, batch, key);

  test("is a yes when it has signed one for this batch", async () => {
    const rejected = [{ entryId: "ent_1", reason: "unknown" }];

    expect(read(answered(200, await signed({ rejected })))).toMatchObject({
      kind: "acknowledged",
      rejected,
      acknowledgement: expect.stringContaining("signature") as string,
    });
  });

  test("is not believed otherwise, and the batch is told again", async () => {
    const outcomes = [
      answered(200),
      answered(200, "not JSON"),
      answered(200, await signed({}, aSigner("a stranger"))),
      answered(200, await signed({ batchId: "exp_other" })),
      answered(200, await signed({ number: 4 })),
      answered(200, await signed({ epoch: 2 })),
      answered(200, await signed({ toSequence: 4 })),
      { ...answered(200, await signed()), isCut: true },
    ];

    expect(outcomes.map((outcome) => (read(outcome) as { kind: string }).kind)).toEqual(
      outcomes.map(() => "failed"),
    );
  });

  test("without the receiver's key is no yes", async () => {
    expect(signedAnswer(answered(200, await signed()), batch, null)).toEqual({
      kind: "refused",
      reason: "no_receiver_key",
    });
  });

  test("with another head is a fork", async () => {
    expect(read(answered(200, await signed({ chainAfter: "f".repeat(64) })))).toEqual({
      kind: "fork",
    });
    expect(read(answered(409, { error: "fork" }))).toEqual({ kind: "fork" });
  });

  test("that asks for an earlier batch leads back to it, and for a later one is a failure", () => {
    expect([
      read(answered(409, { error: "expected", number: 2 })),
      read(answered(409, { error: "expected", number: 5 })),
      read(answered(409, { error: "expected", number: 6 })),
      read(answered(409, { error: "what" })),
      read(answered(500)),
      read({ kind: "failed", reason: "timeout" }),
    ]).toEqual([
      { kind: "rewind", toNumber: 2 },
      { kind: "failed", reason: "receiver_is_ahead" },
      { kind: "failed", reason: "receiver_is_ahead" },
      { kind: "refused", reason: "http_409" },
      { kind: "failed", reason: "http_500" },
      { kind: "failed", reason: "timeout" },
    ]);
  });
});
