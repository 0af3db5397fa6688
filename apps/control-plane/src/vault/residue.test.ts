// What was deleted, replaced or destroyed must be gone from every file of the data folder, not only from the tables.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Secret, seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import type { E164 } from "@agentcall/contract";
import { type Practice, startPractice } from "@agentcall/practice";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ControlPlane } from "../control-plane-options.ts";
import { startControlPlane } from "../control-plane.ts";
import { proLicense } from "../testing/licenses.ts";
import { rootKeyOf } from "../testing/root-key.ts";
import { eventually } from "../../../../test/support/eventually.ts";
import { bytesElsewhere, sqlElsewhere } from "../../../../test/support/sql-elsewhere.ts";
import type { SqliteDriver } from "../sqlite/open-database.ts";

const adminKey = new Secret("ac_live_0123456789abcdef");
const drivers: readonly SqliteDriver[] = ["sqlite3", "node"];

// A house with its database on disk starts in a second, or in ten on a machine with other work.
vi.setConfig({ hookTimeout: 60_000, testTimeout: 60_000 });

describe.each(drivers)("the files of the database, through %s", (driver) => {
  let folder: string;
  let practice: Practice;
  let clock: TestClock;
  let house: ControlPlane;
  let numberId: string;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "agentcall-residue-"));
    practice = await startPractice({ recordAudioBytesMax: 0 });
    clock = new TestClock();
    house = await startControlPlane({
      dataDir: folder,
      httpPort: 0,
      controlPort: 0,
      controlToken: new Secret("the token of the link"),
      openaiBaseUrl: `${practice.http}/v1`,
      managedKey: null,
      license: proLicense(),
      root: rootKeyOf("the test"),
      adminKey,
      consoleUrl: null,
      demoNumber: "+14155550100" as E164,
      model: "gpt-realtime-2.1",
      callsMax: 1,
      sqlite: driver,
      clock,
      random: seededRandom(1),
      log: silentLog,
    });
    const page = (await ask("GET", "/v1/numbers")) as { items: { id: string }[] };
    numberId = page.items[0]?.id ?? "";
    await save("0001");
  });
  afterEach(async () => {
    await house.close();
    await practice.close();
    rmSync(folder, { recursive: true });
  });

  test("hold nothing of a key's envelope when the answer to its deletion has come", async () => {
    const envelope = read("SELECT stored AS bytes FROM secret WHERE preview LIKE '%0001'");
    expect(filesWithPartOf(envelope)).not.toEqual([]);

    await ask("DELETE", `/v1/numbers/${numberId}/byok/key`);

    expect(filesWithPartOf(envelope)).toEqual([]);
  });

  test("hold nothing of it when the number itself is deleted", async () => {
    const envelope = read("SELECT stored AS bytes FROM secret WHERE preview LIKE '%0001'");

    await ask("DELETE", `/v1/numbers/${numberId}`);

    expect(filesWithPartOf(envelope)).toEqual([]);
  });

  test("hold nothing of it when another key has taken its place", async () => {
    const envelope = read("SELECT stored AS bytes FROM secret WHERE preview LIKE '%0001'");

    await save("0002");

    expect(filesWithPartOf(envelope)).toEqual([]);
  });

  test("hold nothing of a wrapping key that was destroyed, nor what it had wrapped", async () => {
    const wrappingKey = read("SELECT ciphertext AS bytes FROM wrapping_key");
    const envelope = read("SELECT stored AS bytes FROM secret WHERE preview LIKE '%0001'");
    const wrappedDataKey = envelope.subarray(5, 65);
    expect(filesWithPartOf(wrappingKey)).not.toEqual([]);

    await ask("POST", "/v1/vault/rotate");
    await eventually("the former wrapping key is destroyed", () => {
      clock.advance(60_000); // the minute for which it stays disabled
      return isFirstKeyDestroyed();
    });
    await house.close();

    expect(filesWithPartOf(wrappingKey)).toEqual([]);
    expect(filesWithPartOf(wrappedDataKey)).toEqual([]);
  });

  function file(): string {
    return path.join(folder, "agentcall.db");
  }

  async function save(end: string): Promise<void> {
    await ask("POST", `/v1/numbers/${numberId}/byok/key`, {
      apiKey: `sk-proj-practice-good-1234${end}`,
    });
  }

  async function ask(method: string, url: string, body?: object): Promise<unknown> {
    const response = await fetch(`${house.http}${url}`, {
      method,
      headers: {
        authorization: `Bearer ${adminKey.reveal()}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    expect(response.status).toBeLessThan(300);
    const text = await response.text();
    return text === "" ? null : JSON.parse(text);
  }

  function isFirstKeyDestroyed(): boolean {
    const [row] = sqlElsewhere(file(), "SELECT state FROM wrapping_key WHERE key_version = 1");
    return row?.["state"] === "destroyed";
  }

  /** A value of the live database. */
  function read(sql: string): Uint8Array {
    const value = sqlElsewhere(file(), sql)[0]?.["bytes"];
    if (!(value instanceof Uint8Array)) throw new Error("there is no such value");
    return value;
  }

  /** The files in which any 16 bytes of it in a row stand. */
  function filesWithPartOf(bytes: Uint8Array): readonly string[] {
    const parts: Buffer[] = [];
    for (let at = 0; at + 16 <= bytes.length; at += 1) {
      parts.push(Buffer.from(bytes.subarray(at, at + 16)));
    }
    const files = readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)));
    return files.filter((name) => {
      const content = bytesElsewhere(path.join(folder, name));
      return parts.some((part) => content.includes(part));
    });
  }
});
