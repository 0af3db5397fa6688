import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeBatchFile } from "@agentcall/billing";
import { aChain, aSigner, sealedBatch } from "@agentcall/billing/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const signer = aSigner("the box");

let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-admin-"));
  const { signed, lines } = await sealedBatch(aChain(3), signer);
  writeFileSync(path.join(folder, "batch.ndjson"), writeBatchFile(signed, lines));
  const pem = signer.publicKey.export({ type: "spki", format: "pem" }).toString();
  writeFileSync(path.join(folder, "key.pem"), pem);
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** As in the image, from the folder where the files are; only the place of the programs is another. */
function admin(...given: readonly string[]): { status: number | null; out: string; err: string } {
  const nodePath = path.dirname(process.execPath);
  const { status, stdout, stderr } = spawnSync(path.join(root, "docker/agentcall-admin"), given, {
    cwd: folder,
    encoding: "utf8",
    env: { AGENTCALL_HOME: root, PATH: `${nodePath}:/usr/bin:/bin` },
  });
  return { status, out: stdout, err: stderr };
}

const verify = ["verify-export", "--key", "key.pem", "batch.ndjson"];

// A process takes a second to start, and several on a busy machine.
describe("agentcall-admin verify-export", { timeout: 60_000 }, () => {
  test("tells what a genuine file holds", () => {
    expect(admin(...verify)).toEqual({
      status: 0,
      out: "batch.ndjson: genuine; appliance box, epoch 1, batch 1; entries 1 to 3 (3); 3.00 billed minutes, $1.200000\n",
      err: "",
    });
  });

  test("refuses one in which an amount was altered", () => {
    const file = path.join(folder, "batch.ndjson");
    writeFileSync(
      file,
      readFileSync(file, "utf8").replace('"amountMicros":400000', '"amountMicros":40000'),
    );

    expect(admin(...verify)).toMatchObject({
      status: 1,
      out: "batch.ndjson: NOT GENUINE (events-altered)\n",
    });
  });

  test.each([
    ["no key", ["verify-export", "batch.ndjson"], "--key"],
    ["no file", ["verify-export", "--key", "key.pem"], "--key"],
    [
      "a key that is not there",
      ["verify-export", "--key", "x.pem", "batch.ndjson"],
      "x.pem cannot be read",
    ],
    [
      "a key that is none",
      ["verify-export", "--key", "batch.ndjson", "batch.ndjson"],
      "holds no Ed25519",
    ],
    ["a file that is not there", ["verify-export", "--key", "key.pem", "x"], "x cannot be read"],
    ["no command", [], "agentcall-admin verify-export"],
    ["another command", ["rm"], "agentcall-admin verify-export"],
  ])("says how it is called with %s", (_what, given, sentence) => {
    const { status, err } = admin(...given);

    expect(status).toBe(2);
    expect(err).toContain(sentence);
  });
});

test("the image brings the command and what it runs", () => {
  const image = readFileSync(path.join(root, "docker/Dockerfile.control-plane"), "utf8");
  const sent = readFileSync(path.join(root, ".dockerignore"), "utf8").split("\n");

  expect(image).toContain("docker/agentcall-admin /usr/local/bin/agentcall-admin");
  expect(image).toContain("/appliance/packages packages");
  expect(sent).toContain("!docker/agentcall-admin");
});
