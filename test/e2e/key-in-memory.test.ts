import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { delay, Secret, silentLog, systemClock, systemRandom } from "@agentcall/base";
import type { E164 } from "@agentcall/contract";
import { type ControlPlane, startControlPlane } from "@agentcall/control-plane";
import { proLicense, rootKeyOf } from "@agentcall/control-plane/testing";
import { Phone } from "@agentcall/phone";
import { type Practice, startPractice } from "@agentcall/practice";
import { type SipEngine, startSipEngine } from "@agentcall/sip-engine";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { GatewayProcess } from "../support/gateway-process.ts";
import { formsOf } from "../support/key-forms.ts";

const demoNumber = "+14155550100" as E164;
const clock = systemClock();
const random = systemRandom();
const engineSecret = new Secret("practice-secret");
const controlToken = new Secret("the token of the link");
const afterCallMs = 5_000; // how long after its call nothing of a key may be left

let folder: string;
let engine: SipEngine;
let practice: Practice;
let controlPlane: ControlPlane;
let gateway: GatewayProcess;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-heap-"));
  engine = await startSipEngine({
    sipHost: "127.0.0.1",
    sipPort: 0,
    drachtioHost: "127.0.0.1",
    drachtioPort: 0,
    secret: engineSecret,
    clock,
    random,
    log: silentLog,
  });
  practice = await startPractice({ clock, random, recordAudioBytesMax: 0 });
});
afterEach(async () => {
  await gateway.kill();
  await controlPlane.close();
});
afterAll(async () => {
  await practice.close();
  await engine.close();
  rmSync(folder, { recursive: true });
});

describe("the memory of a gateway", () => {
  test.each(["good", "invalid", "nomodel"])(
    "holds nothing of a key of the kind %s during its call and five seconds after it",
    async (kind) => {
      const key = `sk-proj-practice-${kind}-marked${String(random.below(10 ** 9))}`;
      await start(new Secret(key));
      const [host = "", port = ""] = engine.sip.split(":");
      const server = { host, port: Number(port) };
      const phone = await Phone.open({ server, transport: "udp", clock, random });

      const call = await phone.call({ to: demoNumber });
      const outcome = await call.outcome;
      const during = outcome.kind === "answered" ? await gateway.heapSnapshot() : "";
      await phone.hangUpAll();
      await delay(clock, afterCallMs);
      const after = await gateway.heapSnapshot();
      await phone.close();

      expect(outcome.kind).toBe(kind === "good" ? "answered" : "refused");
      // What the gateway does hold is found in the same way.
      expect(after).toContain(controlToken.reveal());
      for (const form of formsOf(key)) {
        expect(during.includes(form), `${form} during`).toBe(false);
        expect(after.includes(form), `${form} after`).toBe(false);
        expect(gateway.log).not.toContain(form);
      }
    },
  );
});

/** A control plane whose managed key this is, and a gateway in a process of its own. */
async function start(managedKey: Secret): Promise<void> {
  controlPlane = await startControlPlane({
    dataDir: mkdtempSync(path.join(folder, "data-")),
    httpPort: 0,
    controlPort: 0,
    controlToken,
    openaiBaseUrl: `${practice.http}/v1`,
    managedKey,
    license: proLicense(),
    root: rootKeyOf("the memory"),
    adminKey: null,
    demoNumber,
    model: "gpt-realtime-2.1",
    consoleUrl: null,
    callsMax: 20,
    sqlite: "sqlite3",
    clock,
    random,
    log: silentLog,
  });
  gateway = await GatewayProcess.start({
    folder: mkdtempSync(path.join(folder, "gateway-")),
    drachtio: engine.drachtio,
    drachtioSecret: engineSecret,
    controlUrl: controlPlane.control,
    controlToken,
    rtpPorts: "32000-32199",
  });
}
