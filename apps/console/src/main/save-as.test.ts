import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { saveAs } from "./save-as.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-save-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("saving a file", () => {
  test("writes where the person says, whatever was suggested, for the owner alone (S18)", async () => {
    const suggested: string[] = [];
    const save = saveAs({
      showSaveDialog({ defaultPath }) {
        suggested.push(defaultPath);
        return Promise.resolve({ canceled: false, filePath: path.join(folder, "chosen.csv") });
      },
    });

    expect(await save("usage.csv", streamOf("a", "b"))).toEqual({ kind: "saved" });

    expect(suggested).toEqual(["usage.csv"]);
    expect(readdirSync(folder)).toEqual(["chosen.csv"]);
    expect(readFileSync(path.join(folder, "chosen.csv"), "utf8")).toBe("ab");
    expect(statSync(path.join(folder, "chosen.csv")).mode & 0o777).toBe(0o600);
  });

  test("that is cancelled writes nothing, and reads no further", async () => {
    let isCancelled = false;
    const content = new ReadableStream<Uint8Array>({
      cancel() {
        isCancelled = true;
      },
    });

    const outcome = await saveAs(dialogOf(""))("usage.csv", content);

    expect([outcome.kind, isCancelled, readdirSync(folder)]).toEqual(["cancelled", true, []]);
  });

  test("that breaks off leaves the former file as it was, and says so", async () => {
    const file = path.join(folder, "chosen.csv");
    writeFileSync(file, "former");
    let parts = 0;
    const content = new ReadableStream<Uint8Array>({
      pull(controller) {
        parts += 1;
        if (parts === 1) controller.enqueue(Buffer.from("half"));
        else controller.error(new Error("the appliance is gone"));
      },
    });

    const outcome = await saveAs(dialogOf(file))("usage.csv", content);

    expect(outcome).toMatchObject({ kind: "failed" });
    expect([readdirSync(folder), readFileSync(file, "utf8")]).toEqual([["chosen.csv"], "former"]);
  });

  test("into a folder that is not there fails with a sentence", async () => {
    const outcome = await saveAs(dialogOf(path.join(folder, "none/x.csv")))("x.csv", streamOf("a"));

    expect(outcome.kind === "failed" && outcome.sentence).toMatch(/^x\.csv could not be written/);
  });
});

function dialogOf(filePath: string): Parameters<typeof saveAs>[0] {
  return { showSaveDialog: () => Promise.resolve({ canceled: filePath === "", filePath }) };
}

function streamOf(...parts: readonly string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(Buffer.from(part));
      controller.close();
    },
  });
}
