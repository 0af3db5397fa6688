import { describe, expect, test } from "vitest";
import { writeBatchFile } from "./batch-file.ts";
import { batchHash } from "./batch-manifest.ts";
import { aChain, aSigner, sealedBatch } from "./testing/index.ts";
import { verifyFiles } from "./verify-files.ts";

const signer = aSigner("the box");

async function files(previousBatch?: string): Promise<{ name: string; text: string }[]> {
  const chain = aChain(4);
  const [first, second] = [chain.slice(0, 2), chain.slice(2)];
  const one = await sealedBatch(first, signer);
  const two = await sealedBatch(second, signer, {
    number: 2,
    fromSequence: 3,
    toSequence: 4,
    chainBefore: first.at(-1)?.hash ?? "",
    previousBatch: previousBatch ?? batchHash(one.signed.text),
  });
  return [
    { name: "1.ndjson", text: writeBatchFile(one.signed, one.lines) },
    { name: "2.ndjson", text: writeBatchFile(two.signed, two.lines) },
  ];
}

describe("verifying export files", () => {
  test("tells what genuine batches hold", async () => {
    expect(verifyFiles(signer.publicKey, await files())).toEqual({
      genuine: true,
      report: [
        "1.ndjson: genuine; appliance box, epoch 1, batch 1; entries 1 to 2 (2); 2.00 billed minutes, $0.800000",
        "2.ndjson: genuine; appliance box, epoch 1, batch 2; entries 3 to 4 (2); 2.00 billed minutes, $0.800000",
      ],
    });
  });

  test("a batch that does not follow the one before is told", async () => {
    const { genuine, report } = verifyFiles(signer.publicKey, await files("f".repeat(64)));

    expect(genuine).toBe(false);
    expect(report[1]).toBe("2.ndjson: NOT GENUINE (does not follow)");
  });

  test("batches with others between them are each looked at alone", async () => {
    const [first, second] = await files("f".repeat(64));

    expect(
      verifyFiles(
        signer.publicKey,
        [second, first].filter((file) => file !== undefined),
      ).genuine,
    ).toBe(true);
  });

  test.each([
    ["no-manifest", "usage"],
    ["not-signed", "another's"],
    ["events-altered", "altered"],
  ])("refuses as %s what is %s", async (problem, what) => {
    const [file] = await files();
    const text = what === "altered" ? file?.text.replace("400000", "400001") : file?.text;
    const key = what === "another's" ? aSigner("another").publicKey : signer.publicKey;
    const given = { name: "x", text: what === "usage" ? "usage" : (text ?? "") };

    expect(verifyFiles(key, [given])).toEqual({
      genuine: false,
      report: [`x: NOT GENUINE (${problem})`],
    });
  });
});
