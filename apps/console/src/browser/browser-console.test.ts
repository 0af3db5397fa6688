import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { seededRandom, silentLog, systemClock } from "@agentcall/base";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BrowserConsole, startBrowserConsole } from "./browser-console.ts";

let folder: string;
let console: BrowserConsole;
let port: number;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-page-"));
  writeFileSync(path.join(folder, "index.html"), "the page, __CSP_NONCE__");
  console = await startBrowserConsole({
    port: 0,
    rendererDir: folder,
    suggestedAddress: "http://127.0.0.1:8080",
    clock: systemClock(),
    random: seededRandom(8),
    log: silentLog,
  });
  port = Number(new URL(console.url).port);
});
afterEach(async () => {
  await console.close();
  rmSync(folder, { recursive: true });
});

describe("the console in a browser", () => {
  test("serves the desktop's page under its CSP, and leads there", async () => {
    const page = await ask("GET", "/console/");
    const root = await ask("GET", "/");

    expect([page.status, page.body]).toEqual([200, expect.stringMatching(/^the page, /)]);
    expect(page.headers["content-security-policy"]).toMatch(/^default-src 'none'/);
    expect([root.status, root.headers.location]).toEqual([302, "/console/"]);
  });

  test("knows a browser by a cookie that no script reads and no other site sends", async () => {
    const { headers } = await ask("GET", "/console/");

    expect(headers["set-cookie"]).toEqual([
      expect.stringMatching(
        /^agentcall-console=[\w-]{43}; Path=\/console\/; HttpOnly; SameSite=Strict$/,
      ),
    ]);
    const cookie = cookieOf(headers);
    expect((await ask("GET", "/console/", { cookie })).headers["set-cookie"]).toBeUndefined();
  });

  test("is another for each browser: what one pairs with the other does not see", async () => {
    const mine = cookieOf((await ask("GET", "/console/")).headers);
    const appliance = await openAppliance();
    const address = `http://127.0.0.1:${String(appliance.port)}`;
    await bridge(mine, "pair", { address, code: "K7QM-3XRD", fingerprint: null });

    const yours = cookieOf((await ask("GET", "/console/")).headers);

    expect((await bridge(mine, "appliances", null)).body).toContain('"name":"Berlin"');
    expect((await bridge(yours, "appliances", null)).body).toBe("[]");
    expect((await ask("GET", "/console/api/v1/numbers", { cookie: mine })).body).toBe(
      "for Bearer ac_live_mine",
    );
    expect((await ask("GET", "/console/api/v1/numbers", { cookie: yours })).status).toBe(409);
    await appliance.close();
  });

  test("keeps a paired browser's session whoever else comes", async () => {
    const mine = cookieOf((await ask("GET", "/console/")).headers);
    const appliance = await openAppliance();
    const address = `http://127.0.0.1:${String(appliance.port)}`;
    await bridge(mine, "pair", { address, code: "K7QM-3XRD", fingerprint: null });

    for (let visit = 0; visit < 60; visit += 1) await ask("GET", "/console/");

    expect((await bridge(mine, "appliances", null)).body).toContain('"name":"Berlin"');
    await appliance.close();
  });

  test.each([
    ["another host, that is, a name pointed at this machine", "GET", { host: "evil.example" }],
    ["another host with our port", "GET", { host: "evil.example:PORT" }],
    ["no host that is ours but a part of it", "GET", { host: "127.0.0.1:PORT.evil.example" }],
    ["a post from another site", "POST", { origin: "https://evil.example" }],
    ["a post from another port of this machine", "POST", { origin: "http://127.0.0.1:1" }],
    ["a post from a page without an origin", "POST", { origin: "null" }],
    ["a post that names no origin", "POST", {}],
    ["a picture on another site", "GET", fetched("cross-site", "no-cors", "image")],
    ["a picture on another port", "GET", fetched("same-site", "no-cors", "image")],
    ["a frame on another site", "GET", fetched("cross-site", "navigate", "iframe")],
  ])("refuses %s, and opens no session for it", async (_what, method, given) => {
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, value]) => [name, value.replace("PORT", String(port))]),
    );

    const refusal = await ask(method, "/console/bridge/appliances", headers, "null");

    expect([refusal.status, refusal.headers["set-cookie"]]).toEqual([403, undefined]);
  });

  test("lets a person come from elsewhere by a link", async () => {
    const visit = await ask("GET", "/console/", fetched("cross-site", "navigate", "document"));

    expect(visit.status).toBe(200);
  });

  test.each([
    ["a call that is none", "POST", "/console/bridge/format", "null", 404],
    ["a call by GET", "GET", "/console/bridge/appliances", "", 404],
    ["an input of another schema", "POST", "/console/bridge/select", '{"id":7}', 400],
    ["an input that is no JSON", "POST", "/console/bridge/appliances", "{", 400],
    ["more than a call takes", "POST", "/console/bridge/probe", "x".repeat(1_048_577), 413],
    ["more than the API takes", "POST", "/console/api/v1/x", "x".repeat(1_048_577), 413],
    ["a request that no page makes", "TRACE", "/console/", "", 400],
    ["a way out of the folder", "GET", "/console/..%2f..%2fetc/passwd", "", 404],
  ])("answers %s with a refusal", async (_what, method, place, body, status) => {
    const origin = `http://127.0.0.1:${String(port)}`;

    expect((await ask(method, place, { origin }, body)).status).toBe(status);
  });

  test("says which port cannot be had", async () => {
    const second = startBrowserConsole({
      port,
      rendererDir: folder,
      suggestedAddress: null,
      clock: systemClock(),
      random: seededRandom(8),
      log: silentLog,
    });

    await expect(second).rejects.toMatchObject({ code: "port_taken" });
  });
});

type Answer = { status: number; headers: http.IncomingHttpHeaders; body: string };

function ask(
  method: string,
  place: string,
  headers: Readonly<Record<string, string>> = {},
  body = "",
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, method, path: place, headers });
    request.once("error", reject);
    request.once("response", (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (part: string) => (text += part));
      incoming.once("end", () => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text });
      });
    });
    request.end(method === "GET" || method === "TRACE" ? undefined : body);
  });
}

function bridge(cookie: string, channel: string, input: unknown): Promise<Answer> {
  const origin = `http://127.0.0.1:${String(port)}`;
  return ask("POST", `/console/bridge/${channel}`, { origin, cookie }, JSON.stringify(input));
}

function cookieOf(headers: http.IncomingHttpHeaders): string {
  return headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
}

/** https://www.w3.org/TR/fetch-metadata/ */
function fetched(site: string, mode: string, destination: string): Record<string, string> {
  return { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": destination };
}

async function openAppliance(): Promise<{ port: number; close: () => Promise<void> }> {
  const server = http.createServer((incoming, outgoing) => {
    const paired = { apiKey: "ac_live_mine", apiKeyId: "key_1", applianceName: "Berlin" };
    const isClaim = incoming.url === "/v1/pairing/claim";
    outgoing.end(isClaim ? JSON.stringify(paired) : `for ${incoming.headers.authorization ?? ""}`);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const place = server.address();
  return {
    port: typeof place === "object" && place !== null ? place.port : 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
