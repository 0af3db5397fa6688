import { describe, expect, test } from "vitest";
import { checkEvents, eventLines, eventsHash } from "./batch-events.ts";
import { type BatchManifest, parseManifest } from "./batch-manifest.ts";
import type { BookedEntry } from "./ledger-entry.ts";
import { aChain, aSigner, sealedBatch } from "./testing/index.ts";

const owner = { applianceId: "box", customer: "acme" };

/** What is found when the manifest itself is right about the bytes. */
async function problemOf(
  entries: readonly BookedEntry[],
  changes: Partial<BatchManifest> = {},
): Promise<unknown> {
  const { signed, lines } = await sealedBatch(entries, aSigner("the box"), changes);
  const manifest = parseManifest(signed.text);
  if (manifest === null) throw new Error("a sealed batch has a manifest");
  const found = checkEvents(manifest, lines);
  return typeof found === "string" ? found : "none";
}

describe("the events of a batch", () => {
  test("that fit their manifest have no problem", async () => {
    expect(await problemOf(aChain(5))).toBe("none");
  });

  const [one, two, three] = aChain(3);
  const chain = [one, two, three].filter((entry) => entry !== undefined);
  const dearer = chain.map((entry) => ({ ...entry, amountMicros: entry.amountMicros + 1 }));
  const rehashed = chain.map((entry) => ({ ...entry, hash: "f".repeat(64) }));

  test.each<readonly [string, readonly BookedEntry[], Partial<BatchManifest>]>([
    ["events-altered", chain, { eventsHash: "0".repeat(64) }],
    ["wrong-count", chain, { entryCount: 2 }],
    ["wrong-owner", chain, { customer: "another" }],
    ["wrong-owner", chain, { applianceId: "another" }],
    ["gap-in-sequence", chain, { fromSequence: 2 }],
    ["gap-in-sequence", chain, { toSequence: 4 }],
    ["gap-in-sequence", chain.toReversed(), {}],
    ["broken-chain", dearer, {}],
    ["broken-chain", rehashed, {}],
    ["broken-chain", chain, { chainBefore: "1".repeat(64) }],
    ["broken-chain", chain, { chainAfter: "1".repeat(64) }],
    ["wrong-sum", chain, { amountMicros: 1 }],
    ["wrong-sum", chain, { billedMs: 1 }],
  ])("are refused as %s", async (problem, entries, changes) => {
    expect(await problemOf(entries, changes)).toBe(problem);
  });

  test.each([["no JSON"], ['{"specversion":"0.3"}']])("that are %s are refused", async (line) => {
    const { signed } = await sealedBatch(aChain(1), aSigner("the box"), {
      eventsHash: eventsHash([line]),
    });
    const manifest = parseManifest(signed.text);
    if (manifest === null) throw new Error("a sealed batch has a manifest");

    expect(checkEvents(manifest, [line])).toBe("not-an-event");
  });

  test("the same entries always make the same texts", () => {
    expect(eventLines(aChain(2), owner)).toEqual(eventLines(aChain(2), owner));
  });
});
