import { Closers, seededRandom, systemClock } from "@agentcall/base";
import { fingerprintWords } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeLoopbackCertificate } from "../../../../test/support/certificate.ts";
import type { ConsoleBridge } from "../shared/bridge.ts";
import { memoryFile } from "../testing/memory-file.ts";
import { listenAndRecord, listenWithHttps, type Shown } from "../testing/tls-listener.ts";
import { bridgeHandlers } from "./bridge-handlers.ts";
import { PairedAppliances, type SealedFile } from "./paired-appliances.ts";

const clock = systemClock();
const apiKey = "ac_live_made_by_the_appliance";
const code = "K7QM-3XRD";
let closers: Closers;

beforeEach(() => {
  closers = new Closers();
});
afterEach(async () => {
  await closers.close();
});

describe("pairing over the bridge", () => {
  test("compares words first, then sends the code, and keeps the key on this side (S9, S11)", async () => {
    const appliance = await openAppliance();
    const { bridge, appliances } = await open();

    const found = await bridge.probe({ address: appliance.address });
    if (found.kind !== "certificate") throw new Error("a certificate is shown there");
    expect(found.words).toEqual(fingerprintWords(found.fingerprint));
    expect(appliance.claims).toEqual([]);
    const { fingerprint } = found;
    const outcome = await bridge.pair({ address: appliance.address, code, fingerprint });

    expect(appliance.claims).toEqual([{ code, consoleName: "a test" }]);
    expect(outcome).toMatchObject({ kind: "paired", appliance: { name: "Berlin" } });
    expect(JSON.stringify([outcome, await bridge.appliances(null)])).not.toContain(apiKey);
    expect(appliances.selected()?.apiKey.reveal()).toBe(apiKey);
  });

  test("sends no code to another certificate than the one that was compared (S9)", async () => {
    const listener = await listenAndRecord(selfSigned());
    closers.add("a listener", () => listener.close());
    const { bridge } = await open();
    const address = `https://127.0.0.1:${String(listener.port)}`;

    const outcome = await bridge.pair({ address, code, fingerprint: "00".repeat(32) });

    expect(outcome.kind === "refused" && outcome.sentence).toMatch(/certificate changed/);
    await listener.close();
    expect(listener.heard().length).toBe(0);
  });

  test("tells the appliance's own words of a refusal", async () => {
    const appliance = await openAppliance({ refusal: "Three wrong codes: try again." });
    const { bridge } = await open();

    expect(await pairWith(bridge, appliance.address)).toEqual({
      kind: "refused",
      sentence: "Three wrong codes: try again.",
    });
  });

  test("spends no code on a computer that cannot keep the key (S12)", async () => {
    const appliance = await openAppliance();
    const { bridge } = await open(memoryFile(null, false));

    expect(await pairWith(bridge, appliance.address)).toMatchObject({ kind: "refused" });

    expect(appliance.claims).toEqual([]);
  });

  test.each(["http://box.example", "file:///etc/passwd", ""])(
    "looks nowhere for what is no address: %j",
    async (address) => {
      const { bridge } = await open();

      expect(await bridge.probe({ address })).toMatchObject({ kind: "unreachable" });
      expect(await bridge.pair({ address, code, fingerprint: null })).toMatchObject({
        kind: "refused",
      });
    },
  );

  test("over plain HTTP there is nothing to compare, and it is on this machine alone", async () => {
    const { bridge } = await open();

    expect(await bridge.probe({ address: "http://127.0.0.1:8080" })).toEqual({
      kind: "plain-loopback",
      address: "http://127.0.0.1:8080",
    });
  });
});

describe("saving a file over the bridge", () => {
  test("fetches it on this side with the key, and hands its bytes on (S11, S18)", async () => {
    const appliance = await openAppliance();
    const { bridge, saved } = await open();
    await pairWith(bridge, appliance.address);

    const outcome = await bridge.saveFile({ apiPath: "/v1/file", suggestedName: "usage.csv" });

    expect(outcome).toEqual({ kind: "saved" });
    expect(saved).toEqual([["usage.csv", `a file for Bearer ${apiKey}`]]);
  });

  test("says why not, and asks for no place", async () => {
    const appliance = await openAppliance();
    const { bridge, saved } = await open();
    const ask = { apiPath: "/v1/none", suggestedName: "usage.csv" };

    expect(await bridge.saveFile(ask)).toEqual({
      kind: "failed",
      sentence: "This console is not paired yet.",
    });
    await pairWith(bridge, appliance.address);
    expect(await bridge.saveFile(ask)).toEqual({ kind: "failed", sentence: "Not here." });

    expect(saved).toEqual([]);
  });
});

test("unpairing and selecting answer with the list as it is then", async () => {
  const { bridge } = await open();
  const appliance = await openAppliance();
  await pairWith(bridge, appliance.address);
  const [{ id } = { id: "" }] = await bridge.appliances(null);

  expect(await bridge.select({ id })).toMatchObject([{ id, selected: true }]);
  expect(await bridge.unpair({ id })).toEqual([]);
});

async function open(file: SealedFile = memoryFile()): Promise<{
  bridge: ConsoleBridge;
  appliances: PairedAppliances;
  saved: [string, string][];
}> {
  const saved: [string, string][] = [];
  const appliances = await PairedAppliances.open(file, seededRandom(8));
  closers.add("the appliances", () => {
    appliances.close();
  });
  const bridge = bridgeHandlers({
    appliances,
    appInfo: { version: "0.0.0", platform: "test", shell: "electron", suggestedAddress: null },
    consoleName: "a test",
    async saveAs(suggestedName, content) {
      saved.push([suggestedName, await new Response(content).text()]);
      return { kind: "saved" };
    },
    clock,
  });
  return { bridge, appliances, saved };
}

async function pairWith(bridge: ConsoleBridge, address: string): Promise<unknown> {
  const found = await bridge.probe({ address });
  const fingerprint = found.kind === "certificate" ? found.fingerprint : null;
  return bridge.pair({ address, code, fingerprint });
}

async function openAppliance({ refusal = null }: { refusal?: string | null } = {}): Promise<{
  address: string;
  claims: unknown[];
}> {
  const claims: unknown[] = [];
  const listener = await listenWithHttps(selfSigned(), (incoming, outgoing) => {
    if (incoming.url === "/v1/file") {
      outgoing.end(`a file for ${incoming.headers.authorization ?? "nobody"}`);
      return;
    }
    if (incoming.url !== "/v1/pairing/claim" || refusal !== null) {
      outgoing.writeHead(404);
      const error = { code: "refused", message: refusal ?? "Not here." };
      outgoing.end(JSON.stringify({ error }));
      return;
    }
    incoming.once("data", (body: Buffer) => {
      claims.push(JSON.parse(body.toString()));
      outgoing.end(JSON.stringify({ apiKey, apiKeyId: "key_1", applianceName: "Berlin" }));
    });
  });
  closers.add("the appliance", () => listener.close());
  return { address: `https://127.0.0.1:${String(listener.port)}`, claims };
}

function selfSigned(): Shown {
  const { keyPem, certificatePem } = makeLoopbackCertificate(clock.nowMs());
  return { keyPem, chainPem: certificatePem };
}
