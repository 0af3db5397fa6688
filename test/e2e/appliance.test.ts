import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { systemClock, systemRandom } from "@agentcall/base";
import { parseWav, soundKind } from "@agentcall/media";
import { Phone } from "@agentcall/phone";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import {
  freshFolder,
  RunningAppliance,
  runCall,
  startThatEnds,
} from "../support/running-appliance.ts";

const clock = systemClock();

describe("npm start", () => {
  const folder = freshFolder();
  let appliance: RunningAppliance;

  beforeAll(async () => {
    appliance = await RunningAppliance.start(folder.path);
  });
  afterAll(async () => {
    await appliance.interrupt();
    folder.remove();
  });

  test("tells machines in one line where everything is", () => {
    expect(appliance.ready).toMatchObject({
      http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string,
      sip: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string,
      adminKey: expect.stringMatching(/^ac_live_/) as string,
      dataDir: folder.path,
    });
  });

  test("has a demo number with an agent, and is ready for its call", async () => {
    const { items } = (await appliance.ask("/v1/numbers")) as { items: unknown[] };

    expect(items).toMatchObject([
      {
        number: "+14155550100",
        voiceMode: "managed",
        inbound: { firstMessage: expect.any(String) as string },
      },
    ]);
    expect(await appliance.ask("/readyz")).toMatchObject({ ready: true });
  });

  test("carries a licence that is marked as an evaluation's, with the plan pro", async () => {
    expect(await appliance.ask("/v1/license")).toMatchObject({
      plan: "pro",
      state: "valid",
      evaluation: true,
      license: { licenseId: "lic_evaluation", applianceId: null },
      trial: null,
    });
  });

  test("answers npm run call: speech is heard, both sides are written down in order, and who hung up", async () => {
    const out = path.join(folder.path, "answer.wav");

    const { code, stdout } = await runCall(["--to", "+14155550100", "--out", out], {
      AGENTCALL_DATA_DIR: folder.path,
    });
    const callId = stdout.trim().split("\n").at(-1) ?? "";
    const record = (await appliance.ask(`/v1/calls/${callId}`)) as object;
    const transcript = (await appliance.ask(`/v1/calls/${callId}/transcript`)) as {
      entries: { role: string }[];
    };
    const answer = parseWav(readFileSync(out));

    expect(code).toBe(0);
    expect(stdout).toContain("Answer: speech");
    expect(stdout).toMatch(/INVITE +0 ms/);
    expect(stdout).toMatch(/first RTP heard +\d+ ms/);
    expect(typeof answer === "string" ? answer : soundKind(answer.samples)).toBe("speech");
    expect(transcript.entries.map(({ role }) => role)).toEqual(["ai", "human", "ai"]);
    expect(record).toMatchObject({ endedBy: "caller", status: "completed" });
  });

  test("npm run call to an unknown number says what the matter is", async () => {
    const { code, stdout } = await runCall(["--to", "+14155550999"], {
      AGENTCALL_DATA_DIR: folder.path,
    });

    expect(code).toBe(1);
    expect(stdout).toContain("404");
    expect(stdout).toContain("The dialled number is not registered on this appliance.");
  });

  test("brings back a gateway that died, and calls go on", async () => {
    const log = path.join(folder.path, "logs", "appliance.log");
    const pid = lastGatewayPid(log);
    process.kill(pid, "SIGKILL");
    while (lastGatewayPid(log) === pid) await nextTurn();

    const { code } = await runCall(["--to", "+14155550100"], { AGENTCALL_DATA_DIR: folder.path });

    expect(code).toBe(0);
  });

  test("a caller whose gateway died is hung up on by the next one", async () => {
    const [host = "", port = ""] = appliance.ready.sip.split(":");
    const server = { host, port: Number(port) };
    const phone = await Phone.open({ server, transport: "udp", clock, random: systemRandom() });
    const call = await phone.call({ to: "+14155550100" });
    expect(await call.outcome).toEqual({ kind: "answered" });

    const status = async (): Promise<unknown> =>
      ((await appliance.ask(`/v1/calls/${call.callId ?? ""}`)) as { status?: unknown }).status;
    while ((await status()) !== "in-progress") await nextTurn();
    process.kill(lastGatewayPid(path.join(folder.path, "logs", "appliance.log")), "SIGKILL");
    const end = await call.ended;
    await phone.close();

    // The evaluation's engine would hang up as well, after 32 s: this was the gateway.
    expect(end).toEqual({ by: "far-end" });
    const log = path.join(folder.path, "logs", "gateway-1.log");
    await eventually("it is logged", () =>
      readFileSync(log, "utf8").includes("a call of the former life was hung up"),
    );
  });

  test("keeps what it writes to its own user, and no secret in its logs", () => {
    for (const name of readdirSync(path.join(folder.path, "secrets"))) {
      expect(statSync(path.join(folder.path, "secrets", name)).mode & 0o077).toBe(0);
    }
    expect(statSync(folder.path).mode & 0o077).toBe(0);
    for (const name of readdirSync(path.join(folder.path, "logs"))) {
      const text = readFileSync(path.join(folder.path, "logs", name), "utf8");
      expect(text).not.toContain(appliance.ready.adminKey);
      expect(text).not.toContain("sk-proj-");
      for (const line of text.trim().split("\n")) {
        const { msg = "" } = JSON.parse(line) as { msg?: string };
        expect(msg).not.toMatch(/\+1415/);
      }
    }
  });

  test("a second start in the same folder is refused in one sentence", async () => {
    const { code, stderr } = await startThatEnds({ AGENTCALL_DATA_DIR: folder.path });

    expect(code).toBe(2);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });
});

test("Ctrl-C ends every program within five seconds and leaves no lock behind", async () => {
  const folder = freshFolder();
  const appliance = await RunningAppliance.start(folder.path, { AGENTCALL_GATEWAYS: "2" });
  const pids = pidsIn(path.join(folder.path, "logs", "appliance.log"));

  const fromMs = clock.monotonicMs();
  const { code } = await appliance.interrupt();
  const tookMs = clock.monotonicMs() - fromMs;

  expect(code).toBe(130);
  expect(pids).toHaveLength(6); // engine, provider, console, control plane and two gateways
  expect(pids.filter(isAlive)).toEqual([]);
  expect(tookMs).toBeLessThan(5_000);
  expect(existsSync(path.join(folder.path, "appliance.lock"))).toBe(false);
  folder.remove();
});

describe("a start that cannot be", () => {
  test.each([
    ["AGENTCALL_HTTP_PORT", "eighty"],
    ["AGENTCALL_SIP_HOST", "example"],
    ["AGENTCALL_RTP_PORTS", "20000"],
    ["AGENTCALL_GATEWAYS", "0"],
    ["OPENAI_BASE_URL", "http://192.0.2.1/v1"],
    ["AGENTCALL_DRACHTIO", "127.0.0.1"],
    ["AGENTCALL_ADMIN_KEY", "short"],
    ["AGENTCALL_LOG_LEVEL", "loud"],
  ])("with %s=%s says so in one sentence, with exit code 2", async (name, value) => {
    const folder = freshFolder();

    const { code, stdout, stderr } = await startThatEnds({
      AGENTCALL_DATA_DIR: folder.path,
      [name]: value,
    });

    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(new RegExp(`^${name} .+\\.\\n$`));
    folder.remove();
  });

  test("on a taken port names the port and the setting that moves it", async () => {
    const folder = freshFolder();
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const port = String((taken.address() as AddressInfo).port);

    const { code, stderr } = await startThatEnds({
      AGENTCALL_DATA_DIR: folder.path,
      AGENTCALL_SIP_PORT: port,
    });

    expect(code).toBe(2);
    expect(stderr).toContain(port);
    expect(stderr).toContain("AGENTCALL_SIP_PORT");
    taken.close();
    folder.remove();
  });
});

test("npm run call without an appliance says what to do", async () => {
  const folder = freshFolder();

  const { code, stderr } = await runCall(["--to", "+14155550100"], {
    AGENTCALL_DATA_DIR: folder.path,
  });

  expect(code).toBe(1);
  expect(stderr).toContain("npm start");
  folder.remove();
});

test.each([
  [["--to", "5550100"], "--to must be"],
  [["--to", "+14155550100", "--wav", "missing.wav"], "cannot be read"],
  [["--to", "+14155550100", "--transport", "sctp"], "udp or tcp"],
  [["--loud"], "--loud"],
])("npm run call %o complains in words, with exit code 2", async (words, complaint) => {
  const { code, stderr } = await runCall(words, {});

  expect(code).toBe(2);
  expect(stderr).toContain(complaint);
});

type ServesLine = { readonly msg: string; readonly child?: string; readonly processId?: number };

function servesLines(log: string): readonly ServesLine[] {
  const lines = readFileSync(log, "utf8").trim().split("\n");
  return lines
    .map((line) => JSON.parse(line) as ServesLine)
    .filter(({ msg }) => msg === "program serves");
}

function pidsIn(log: string): readonly number[] {
  return servesLines(log).map(({ processId }) => processId ?? 0);
}

function lastGatewayPid(log: string): number {
  return servesLines(log).findLast(({ child }) => child === "gateway-1")?.processId ?? 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A moment in which the others may go on. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    clock.after(10, resolve);
  });
}
