// What is published of the SDK: it is built here as for publishing, measured, loaded by Node and compiled against.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = path.resolve(import.meta.dirname, "..");
const bytesMax = 30_000; // the promise to those who put it into a page
const buildMs = 120_000; // Vite and TypeScript, each once

let home: string;
let folder: string;

beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), "agentcall-sdk-"));
  folder = path.join(home, "node_modules/agentcall-appliance");
  run(path.join(root, "packages/sdk/build.ts"), [folder]);
}, buildMs);
afterAll(() => {
  rmSync(home, { recursive: true, force: true });
});

describe("the published SDK", () => {
  test("is smaller than 30 kB, minified, and depends on nothing", () => {
    const manifest = readFileSync(path.join(folder, "package.json"), "utf8");

    expect(statSync(path.join(folder, "index.js")).size).toBeLessThan(bytesMax);
    expect(manifest).not.toContain("ependencies");
    expect(readFileSync(path.join(folder, "index.js"), "utf8")).not.toMatch(/\bfrom\s*"(?!\.)/);
  });

  test("is a module of Node by both its entries", async () => {
    const [client, node] = await Promise.all(
      ["index.js", "node.js"].map(
        (file) => import(pathToFileURL(path.join(folder, file)).href) as Promise<object>,
      ),
    );

    expect(Object.keys(client ?? {}).sort()).toEqual(
      [
        "AgentCall",
        "AgentCallConnectionError",
        "AgentCallError",
        "Listing",
        "WebhookSignatureError",
        "verifyWebhook",
      ].sort(),
    );
    expect(Object.keys(node ?? {}).sort()).toEqual(["PinMismatchError", "pinnedFetch"]);
  });

  test(
    "refuses at compile time what the API would refuse, and knows what it answers",
    () => {
      const program = `
        import { AgentCall } from "agentcall-appliance";
        import { pinnedFetch } from "agentcall-appliance/node";
        const fetch = pinnedFetch({ fingerprint: "" });
        export const client = new AgentCall({ baseUrl: "", apiKey: null, fetch });

        const saved = await client.numbers.byok.save("num_1", { apiKey: "" });
        export const mode: "managed" | "byok" = saved.voiceMode;
        for await (const call of client.calls.list({ status: "completed" })) {
          call.durationMs?.toFixed();
          const { entries } = await client.calls.transcript(call.id);
          entries.map(({ role, text }) => (role === "ai" ? text.length : 0));
        }
        const report = await client.calls.report("call_1");
        export const urgency = report.status === "ready" ? report.report?.urgency : null;
        const { items } = await client.numbers.list();
        items.map(({ inbound }) => inbound?.fallback.forwardTo?.length);

        // @ts-expect-error: it is apiKey.
        await client.numbers.byok.save("num_1", { openaiApiKey: "" });
        // @ts-expect-error: there is no such voice.
        await client.numbers.inboundConfig.set("num_1", { mode: "ai", systemPrompt: "", voice: "nobody" });
        // @ts-expect-error: there is no such state of a call.
        client.calls.list({ status: "over" });
        // @ts-expect-error: there are two modes, and none is called so.
        (await client.numbers.get("num_1")).voiceMode === "other";
        // @ts-expect-error: there is no such operation.
        client.numbers.burn();
      `;

      expect(problemsOf(program)).toBe("");
    },
    buildMs,
  );
});

/** What TypeScript says to a program of somebody who installed the package. */
function problemsOf(text: string): string {
  mkdirSync(home, { recursive: true });
  const file = path.join(home, "program.mts");
  writeFileSync(file, text);
  return run(path.join(root, "node_modules/typescript/bin/tsc"), [
    ...["--ignoreConfig", "--noEmit", "--strict", "--module", "nodenext", "--target", "es2024"],
    ...[
      "--lib",
      "es2024",
      "--typeRoots",
      path.join(root, "node_modules/@types"),
      "--types",
      "node",
      file,
    ],
  ]);
}

function run(program: string, words: readonly string[]): string {
  const { stdout, stderr } = spawnSync(process.execPath, [program, ...words], {
    encoding: "utf8",
    cwd: root,
  });
  return stdout + stderr;
}
