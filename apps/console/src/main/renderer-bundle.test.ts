import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bundleIn, type RendererBundle } from "./renderer-bundle.ts";

let folder: string;
let bundle: RendererBundle;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-bundle-"));
  mkdirSync(path.join(folder, "renderer/assets"), { recursive: true });
  mkdirSync(path.join(folder, "renderer-other"));
  writeFileSync(path.join(folder, "secret.js"), "outside");
  writeFileSync(path.join(folder, "renderer-other/secret.js"), "outside too");
  writeFileSync(
    path.join(folder, "renderer/index.html"),
    '<script nonce="__CSP_NONCE__"></script>',
  );
  writeFileSync(path.join(folder, "renderer/assets/page.js"), "inside");
  writeFileSync(path.join(folder, "renderer/notes.txt"), "of no type that a page needs");
  bundle = bundleIn(path.join(folder, "renderer"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("the renderer's bundle", () => {
  test("gives a file with its type, and a page with the nonce of this load", async () => {
    const asset = await bundle.read("assets/page.js");
    const page = await bundle.read("index.html");

    expect(asset).toMatchObject({ kind: "asset", contentType: "text/javascript; charset=utf-8" });
    expect(page?.kind === "page" && page.withNonce("n1")).toBe('<script nonce="n1"></script>');
  });

  test.each([
    ["up and out (S4)", "../secret.js"],
    ["up and out in the middle", "assets/../../secret.js"],
    ["up and out with %2f (S4)", "..%2fsecret.js"],
    ["up and out with %2F and %2e", "%2e%2e%2Fsecret.js"],
    ["up and out with %5c (S4)", "..%5csecret.js"],
    ["up and out with a backslash", "..\\secret.js"],
    ["encoded twice", "..%252fsecret.js"],
    ["a neighbour that begins alike", "../renderer-other/secret.js"],
    ["an absolute path", "/etc/hostname"],
    ["a zero byte", "assets/page.js%00.html"],
    ["broken encoding", "assets/%zz.js"],
    ["the folder itself", ""],
    ["a folder", "assets"],
    ["a file that is not there", "assets/none.js"],
    ["a file of another type", "notes.txt"],
  ])("gives nothing for %s", async (_what, relativePath) => {
    expect(await bundle.read(relativePath)).toBeNull();
  });
});
