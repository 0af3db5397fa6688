import { describe, expect, test } from "vitest";
import { readBatchFile, verifyBatch, writeBatchFile } from "./batch-file.ts";
import { isManifestSignedBy } from "./batch-manifest.ts";
import { aChain, aSigner, sealedBatch } from "./testing/index.ts";

const signer = aSigner("the box");

const key = signer.publicKey;

describe("a batch file", () => {
  test("is read back as it was written, and is genuine", async () => {
    const { signed, lines } = await sealedBatch(aChain(3), signer);

    const file = readBatchFile(writeBatchFile(signed, lines));

    expect(file).toEqual({ signed, lines });
    expect(verifyBatch(key, signed, lines)).toMatchObject({
      kind: "genuine",
      manifest: { entryCount: 3, amountMicros: 1_200_000, billedMs: 180_000 },
      events: [{ subject: "acme", source: "urn:agentcall:box" }, {}, {}],
    });
  });

  test("that an editor has saved with other line ends is the same", async () => {
    const { signed, lines } = await sealedBatch(aChain(2), signer);

    const file = readBatchFile(writeBatchFile(signed, lines).replaceAll("\n", "\r\n"));

    expect(file).toEqual({ signed, lines });
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "manifest\n"],
    ["a text", '"manifest"\n'],
    ["null", "null\n"],
    ["an object without a signature", '{"manifest":"{}"}\n'],
    ["a manifest that is no text", '{"manifest":{},"signature":"x"}\n'],
    ["a signature that is no text", '{"manifest":"{}","signature":1}\n'],
  ])("that begins with %s is none", (_what, text) => {
    expect(readBatchFile(text)).toBeNull();
  });

  test("of another signer is refused", async () => {
    const { signed, lines } = await sealedBatch(aChain(1), aSigner("another box"));

    expect(verifyBatch(key, signed, lines)).toEqual({ kind: "refused", problem: "not-signed" });
  });

  test.each([["no JSON"], ["{}"], ["null"]])(
    "whose signed manifest is %s is refused",
    async (text) => {
      const signature = await signer.sign("usage-batch", Buffer.from(text));
      const signed = { text, signature: Buffer.from(signature).toString("base64") };

      expect(verifyBatch(key, signed, [])).toEqual({ kind: "refused", problem: "no-manifest" });
    },
  );

  test("with one flipped bit anywhere is refused", async () => {
    const { signed, lines } = await sealedBatch(aChain(2), signer);
    const bytes = Buffer.from(writeBatchFile(signed, lines));

    for (let at = 0; at < bytes.length - 1; at += 7) {
      const altered = Buffer.from(bytes);
      altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
      const file = readBatchFile(altered.toString("latin1"));
      const isGenuine =
        file !== null && verifyBatch(key, file.signed, file.lines).kind === "genuine";
      expect([at, isGenuine]).toEqual([at, false]);
    }
  });

  test("whose manifest names no appliance is signed by none", async () => {
    const signature = Buffer.from(await signer.sign("usage-batch", Buffer.from("{}")));

    const signed = { text: "{}", signature: signature.toString("base64") };
    expect(isManifestSignedBy(key, signed)).toBe(false);
  });
});
