// Kills the control plane at every step of saving and deleting a key, of rotating and of rekeying,
// starts it again, and looks whether each number is in exactly the old or the new state.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { TestClock } from "@agentcall/base/testing";
import type { NumberView, VaultView } from "@agentcall/contract";
import type { ControlPlane } from "@agentcall/control-plane";
import { type FaultPoint, faultPoints, openRoot, readKey } from "@agentcall/control-plane/testing";
import { type Practice, startPractice } from "@agentcall/practice";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { bytesElsewhere, sqlElsewhere } from "../support/sql-elsewhere.ts";
import { askAs, rootKeyFileIn, startSmall } from "../support/small-control-plane.ts";

const formerKey = "sk-proj-practice-good-former01";
const nextKey = "sk-proj-practice-good-next0002";
const othersCount = 150; // more than are rewrapped at once
const program = new URL("../support/killed-control-plane.ts", import.meta.url);

let folder: string;
let practice: Practice;
let data: string;
let child: ChildProcess | null = null;
let house: ControlPlane | null = null;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-crash-"));
  practice = await startPractice({ recordAudioBytesMax: 0 });
  await makeTemplate(path.join(folder, "template"));
});
afterAll(async () => {
  await practice.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  data = path.join(folder, "data");
  cpSync(path.join(folder, "template"), data, { recursive: true });
});
afterEach(async () => {
  child?.kill("SIGKILL");
  await house?.close();
  child = null;
  house = null;
  rmSync(data, { recursive: true });
});

describe("killed at", () => {
  test.each(pointsOf("save"))(
    "%s, the number has the former key or the next one",
    async (point) => {
      await dieAt(point, "POST", keyPath(), { apiKey: nextKey });

      const { number, key, saved } = await restarted();

      const isNext = isCommitted(point);
      expect(key).toBe(isNext ? nextKey : formerKey);
      expect(number).toMatchObject({
        voiceMode: "byok",
        status: "ready",
        keyPreview: isNext ? "sk-proj-...0002" : "sk-proj-...er01",
      });
      expect(saved).toBe(isNext ? 2 : 1);
    },
  );

  test.each(pointsOf("delete"))("%s, the number has its key or none", async (point) => {
    const envelope = storedOf(numberId());
    await dieAt(point, "DELETE", keyPath());

    const { number, key } = await restarted();

    const isGone = isCommitted(point);
    expect(key).toBe(isGone ? "none" : formerKey);
    expect(number).toMatchObject({
      voiceMode: isGone ? "managed" : "byok",
      hasByokKey: !isGone,
      status: isGone ? "managed_key_missing" : "ready",
    });
    expect(["agentcall.db", "agentcall.db-wal"].some((name) => holds(name, envelope))).toBe(
      !isGone,
    );
  });

  test.each([
    ...pointsOf("rotate"),
    ...pointsOf("rewrap"),
    ...pointsOf("disable"),
    ...pointsOf("destroy"),
  ])("%s, every key opens, and the rotation goes on to its end", async (point) => {
    await dieAt(point, "POST", "/v1/vault/rotate");

    const { key, clock } = await restarted();

    expect(key).toBe(formerKey);
    const wanted = point === "rotate.written" ? ["primary"] : ["destroyed", "primary"];
    await eventually("the rotation is over", () => {
      clock.advance(60_000);
      return String(states()) === String(wanted);
    });
    expect(await vaultView()).toMatchObject({
      envelopes: othersCount + 2, // the demo number's key, and the appliance's own signing key
      waitingForRewrap: 0,
      unreadable: 0,
    });
    expect(await readKeyNow()).toBe(formerKey);
  });

  test.each(pointsOf("rekey"))(
    "%s, the one root key that is left opens every key",
    async (point) => {
      const before = readFileSync(rootKeyFileIn(data), "utf8");
      await dieAt(point, "POST", "/v1/vault/rekey", {});

      const { key } = await restarted();

      expect(key).toBe(formerKey);
      expect(await vaultView()).toMatchObject({ state: "open", unreadable: 0 });
      expect(readFileSync(rootKeyFileIn(data), "utf8") !== before).toBe(
        ["rekey.committed", "rekey.promoted"].includes(point),
      );
      expect(existsSync(`${rootKeyFileIn(data)}.next`)).toBe(false);
    },
  );
});

function pointsOf(step: string): readonly FaultPoint[] {
  return faultPoints.filter((point) => point.startsWith(`${step}.`));
}

function isCommitted(point: FaultPoint): boolean {
  return point.endsWith(".committed") || point.endsWith(".checkpointed");
}

/** A data folder in which 151 numbers have keys of their own. */
async function makeTemplate(template: string): Promise<void> {
  mkdirSync(template);
  writeFileSync(rootKeyFileIn(template), "0f".repeat(32), { mode: 0o600 });
  const made = await startSmall(template, `${practice.http}/v1`, new TestClock());
  const [demo] = await numbers(made.http);
  const others = Array.from({ length: othersCount }, (_, index) => {
    const text = String(index).padStart(3, "0");
    return [`num_other${text}`, `+14155551${text}`, demo?.id ?? ""];
  });
  sqlElsewhere(
    path.join(template, "agentcall.db"),
    `INSERT INTO number (id, e164, voice_mode, inbound, created_at_ms, updated_at_ms)
     SELECT ?, ?, voice_mode, inbound, 9e15, 9e15 FROM number WHERE id = ?`,
    others,
  );
  await askAs(made.http, "POST", "/v1/byok/bulk", { apiKey: formerKey, numberIds: "all" });
  await made.close();
}

/** Starts the program, asks it for one thing, moves its clock on, and waits for its death. */
async function dieAt(point: FaultPoint, method: string, url: string, body?: object): Promise<void> {
  child = fork(program, [data, `${practice.http}/v1`, point]);
  const ended = once(child, "exit") as Promise<[number | null, string | null]>;
  const [http] = (await once(child, "message")) as [string];
  const asked = askAs(http, method, url, body).catch(() => null); // it dies before it answers, or right after
  await Promise.race([asked, ended]);
  await eventually(`the program dies at ${point}`, () => {
    if (child?.connected === true) child.send("a minute later", () => undefined);
    return child?.signalCode === "SIGKILL";
  });
  await ended;
}

/** Starts it again, unarmed, and tells what has become of the demo number. */
async function restarted(): Promise<{
  number: NumberView | undefined;
  key: string;
  /** How often the audit says that its key was saved. */
  saved: number;
  clock: TestClock;
}> {
  const clock = new TestClock();
  house = await startSmall(data, `${practice.http}/v1`, clock);
  const [number] = await numbers(house.http);
  const verdict = await askAs(house.http, "GET", "/v1/audit/verify");
  expect(verdict).toMatchObject({ ok: true });
  return { number, key: await readKeyNow(), saved: savedRows(number?.id ?? ""), clock };
}

async function numbers(http: string): Promise<readonly NumberView[]> {
  return ((await askAs(http, "GET", "/v1/numbers?limit=1")) as { items: NumberView[] }).items;
}

function numberId(): string {
  return String(read("SELECT id FROM number ORDER BY created_at_ms, id")[0]?.["id"]);
}

function keyPath(): string {
  return `/v1/numbers/${numberId()}/byok/key`;
}

async function readKeyNow(): Promise<string> {
  const root = openRoot({ kind: "file", file: rootKeyFileIn(data), credentialsDir: null });
  return readKey(data, root, numberId());
}

async function vaultView(): Promise<VaultView> {
  return (await askAs(house?.http ?? "", "GET", "/v1/vault")) as VaultView;
}

function states(): readonly unknown[] {
  return read("SELECT state FROM wrapping_key ORDER BY key_version").map(({ state }) => state);
}

function savedRows(id: string): number {
  return read(`SELECT seq FROM audit WHERE action = 'byok-key.saved' AND object = '${id}'`).length;
}

function storedOf(id: string): Uint8Array {
  const stored = read(`SELECT stored FROM secret WHERE owner_id = '${id}'`)[0]?.["stored"];
  if (!(stored instanceof Uint8Array)) throw new Error("the number has a key");
  return stored;
}

function read(sql: string): readonly Record<string, unknown>[] {
  return sqlElsewhere(path.join(data, "agentcall.db"), sql);
}

function holds(name: string, bytes: Uint8Array): boolean {
  const file = path.join(data, name);
  return existsSync(file) && bytesElsewhere(file).includes(Buffer.from(bytes).subarray(-40));
}
