import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { AgentCall, AgentCallConnectionError } from "agentcall-appliance";
import { PinMismatchError, pinnedFetch } from "agentcall-appliance/node";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canOpenChromium } from "../support/console-page.ts";
import { eventually } from "../support/eventually.ts";
import { World } from "../support/world.ts";

const root = path.resolve(import.meta.dirname, "../..");
const openaiKey = "sk-proj-practice-good-clients7xy12";
const buildMs = 60_000;

let world: World;
let folder: string;
let pages: Server;
/** Where the page of another origin is served. */
let origin: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-clients-"));
  await ended(run(process.execPath, ["packages/sdk/build.ts", path.join(folder, "sdk")]));
  pages = createServer((request, response) => {
    const isScript = request.url === "/sdk.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(
      isScript
        ? readFileSync(path.join(folder, "sdk/index.js"))
        : `<!doctype html><title>x</title><script type="module">
          import { AgentCall } from "/sdk.js"; globalThis.AgentCall = AgentCall;</script>`,
    );
  });
  pages.listen(0, "127.0.0.1");
  await once(pages, "listening");
  origin = `http://127.0.0.1:${String((pages.address() as AddressInfo).port)}`;
  world = await World.open({ browserOrigins: new Set([origin]) });
}, buildMs);
afterAll(async () => {
  pages.close();
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the SDK in Node", () => {
  test("saves a key, walks through lists, hears events and fetches files", async () => {
    const client = new AgentCall({
      baseUrl: world.house.controlPlane.http,
      apiKey: await world.apiKey("admin"),
    });
    const heard = client.events.stream();
    const first = heard.next();

    const saved = await client.numbers.byok.save(world.numberId, { apiKey: openaiKey });
    const created = await client.numbers.create(
      { number: "+14155550171" },
      { idempotencyKey: "one" },
    );
    const again = await client.numbers.create(
      { number: "+14155550171" },
      { idempotencyKey: "one" },
    );
    const numbers: string[] = [];
    for await (const { number } of client.numbers.list({ limit: 1 })) numbers.push(number);
    const file = await client.usage.exports.file(world.exportId, { format: "csv" });
    await client.numbers.delete(created.id);
    const call = await world.house.answeredCall();
    await call.hangUp();
    const { value: message } = await first;
    await heard.return();

    expect(saved).toMatchObject({ voiceMode: "byok", keyPreview: "sk-proj-...xy12" });
    expect(again.id).toBe(created.id);
    expect([...numbers].sort()).toEqual(["+14155550100", "+14155550171"]);
    expect(file.headers.get("content-type")).toContain("text/csv");
    expect(await file.text()).toContain("amount");
    expect(message).toMatchObject({ event: expect.stringContaining("call.") as string });
  });

  test("talks to the appliance that is pinned, and to no other", async () => {
    const { https, certificateFingerprint } = world.house.controlPlane;
    const clientOf = (fingerprint: string): AgentCall =>
      new AgentCall({ baseUrl: https ?? "", apiKey: null, fetch: pinnedFetch({ fingerprint }) });

    const pinned = await clientOf(certificateFingerprint ?? "").health.ready();
    const stranger = clientOf("00".repeat(32)).health.ready();

    expect(pinned.ready).toBe(true);
    const error = await stranger.catch((problem: unknown) => problem);
    expect(error).toBeInstanceOf(AgentCallConnectionError);
    expect((error as AgentCallConnectionError).cause).toBeInstanceOf(PinMismatchError);
  });
});

describe.skipIf(!canOpenChromium)("the SDK in Chromium", () => {
  test("reads, creates once and hears events from a page of an allowed origin", async () => {
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
    });
    try {
      const page = await browser.newPage();
      await page.goto(origin);
      await page.waitForFunction("globalThis.AgentCall !== undefined");
      const baseUrl = world.house.controlPlane.http;
      const apiKey = await world.apiKey("operator");
      const listeners = (): number => world.house.controlPlane.state().listeners;
      const before = listeners();
      const called = page.evaluate(inBrowser, { baseUrl, apiKey });
      await eventually("the page listens", () => listeners() > before);
      const call = await world.house.answeredCall();
      await call.hangUp();

      expect(await called).toEqual({
        numbers: ["+14155550100", "+14155550172"],
        refusal: "forbidden",
        isSame: true,
        event: "call",
      });
    } finally {
      await browser.close();
    }
  });
});

/** Runs in the page, which has the SDK already: nothing of this file is there. */
async function inBrowser({
  baseUrl,
  apiKey,
}: {
  baseUrl: string;
  apiKey: string;
}): Promise<object> {
  const { AgentCall: Client } = globalThis as unknown as { AgentCall: typeof AgentCall };
  const client = new Client({ baseUrl, apiKey });
  const heard = client.events.stream().next();
  const created = await client.numbers.create({ number: "+14155550172" }, { idempotencyKey: "b" });
  const again = await client.numbers.create({ number: "+14155550172" }, { idempotencyKey: "b" });
  const numbers: string[] = [];
  for await (const { number } of client.numbers.list()) numbers.push(number);
  const refusal = await client.audit.head().catch((error: unknown) => error);
  const { value } = await heard;
  await client.numbers.delete(created.id);
  return {
    numbers: numbers.sort(),
    refusal: (refusal as { code: string }).code,
    isSame: created.id === again.id,
    event: value?.event.split(".")[0],
  };
}

describe("the command line", () => {
  test("lists as a table's rows or as JSON, and takes a key from standard input", async () => {
    const env = { AGENTCALL_API_KEY: await world.apiKey("admin") };

    const listed = await agentcall(["numbers", "list"], env);
    const saved = await agentcall(["byok", "save", world.numberId], env, `${openaiKey}\n`);
    const exported = await agentcall(["usage", "export"], env);
    const transcript = await agentcall(["calls", "transcript", world.callId, "--json"], env);

    expect(listed).toMatchObject({ code: 0, stderr: "" });
    expect(listed.stdout).toContain('"number":"+14155550100"');
    expect(JSON.parse(saved.stdout)).toMatchObject({ ok: true, keyPreview: "sk-proj-...xy12" });
    expect(JSON.parse(exported.stdout)).toMatchObject({ queued: true });
    expect(transcript.stdout).toContain('"text":"The name is Miller."');
  });

  test("shows what happens until it is interrupted", async () => {
    const listeners = (): number => world.house.controlPlane.state().listeners;
    const before = listeners();
    const tail = run("agentcall", ["calls", "tail"], {
      AGENTCALL_ADDRESS: world.house.controlPlane.http,
      AGENTCALL_API_KEY: await world.apiKey("viewer"),
    });
    const line = once(tail.stdout, "data").then(([piece]) => String(piece));
    await eventually("somebody more listens", () => listeners() > before);
    const call = await world.house.answeredCall();
    await call.hangUp();

    expect(await line).toContain('"event":"call.');
    tail.kill("SIGINT");
    expect((await ended(tail)).code).toBe(0);
  });

  test("reads the address and the key from a file, and from none that others may read", async () => {
    const file = path.join(folder, "config.json");
    const apiKey = await world.apiKey("viewer");
    writeFileSync(file, JSON.stringify({ address: world.house.controlPlane.http, apiKey }));
    const env = { AGENTCALL_CONFIG: file, AGENTCALL_ADDRESS: undefined };

    chmodSync(file, 0o644);
    const open = await agentcall(["health"], env);
    chmodSync(file, 0o600);
    const closed = await agentcall(["health"], env);

    expect(open).toMatchObject({ code: 2, stdout: "" });
    expect(open.stderr).toContain("chmod 600");
    expect(JSON.parse(closed.stdout)).toMatchObject({ ready: true });
  });

  test.each([
    ["a refusal", ["numbers", "get", "num_none"], {}, 1, "not_found"],
    ["a word it does not know", ["numbers", "burn"], {}, 2, "There is no command"],
    ["a missing argument", ["numbers", "get"], {}, 2, "<numberId>"],
    ["an option it does not know", ["numbers", "list", "--colour", "red"], {}, 2, "--colour"],
    ["a key among the arguments", ["byok", "save", "num_1", openaiKey], {}, 2, "shell's history"],
    ["nobody there", ["health"], { AGENTCALL_ADDRESS: "http://127.0.0.1:9" }, 3, "no answer"],
  ])("ends with a code of its own after %s", async (_, words, changes, code, said) => {
    const env = { AGENTCALL_API_KEY: await world.apiKey("viewer"), ...changes };

    const outcome = await agentcall(words, env);

    expect(outcome).toMatchObject({ code, stdout: "" });
    expect(outcome.stderr).toContain(said);
  });
});

describe("the examples of README.md and docs/api.md", () => {
  const examples = ["README.md", "docs/api.md"].flatMap((file) =>
    [
      ...readFileSync(path.join(root, file), "utf8").matchAll(/^```(sh|ts) run\n([\s\S]*?)^```$/gm),
    ].map(([, language = "", code = ""]) => ({ file, language, code })),
  );

  test("are there in both", () => {
    expect(new Set(examples.map(({ file }) => file)).size).toBe(2);
  });

  test.each(examples)("$file: $code", async ({ language, code }) => {
    const env = {
      AGENTCALL_ADDRESS: world.house.controlPlane.http,
      AGENTCALL_API_KEY: await world.apiKey("admin"),
      NUMBER_ID: world.numberId,
      OPENAI_KEY: openaiKey,
    };
    const words =
      language === "sh"
        ? ["bash", "-euo", "pipefail", "-c"]
        : ["node", "--input-type=module-typescript", "-e"];

    const outcome = await ended(run(words[0] ?? "", [...words.slice(1), code], env));

    expect(outcome).toMatchObject({ code: 0, stderr: "" });
    expect(outcome.stdout).not.toBe("");
  });
});

function agentcall(
  words: readonly string[],
  env: Record<string, string | undefined>,
  input = "",
): Promise<Ended> {
  const child = run("agentcall", words, {
    AGENTCALL_ADDRESS: world.house.controlPlane.http,
    AGENTCALL_CONFIG: path.join(folder, "none.json"),
    ...env,
  });
  child.stdin.end(input);
  return ended(child);
}

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

function run(
  program: string,
  words: readonly string[],
  env: Record<string, string | undefined> = {},
): ChildProcessWithoutNullStreams {
  const PATH = `${path.dirname(process.execPath)}:${root}/node_modules/.bin:${process.env["PATH"] ?? ""}`;
  return spawn(program, [...words], { cwd: root, env: { ...process.env, PATH, ...env } });
}

async function ended(child: ChildProcessWithoutNullStreams): Promise<Ended> {
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    child.exitCode === null ? once(child, "close") : null,
  ]);
  return { code: child.exitCode, stdout, stderr };
}
