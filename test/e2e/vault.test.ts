// The vault while calls go on: rotated under load, sealed, and with a damaged key in it.
import { randomBytes } from "node:crypto";
import path from "node:path";
import type { NumberView, VaultView } from "@agentcall/contract";
import { cheapPassphrase } from "@agentcall/control-plane/testing";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { demoNumber, House } from "../support/house.ts";
import { sqlElsewhere } from "../support/sql-elsewhere.ts";

const goodKey = "sk-proj-practice-good-12345678";
const passphrase = "correct horse battery";

let house: House;

afterEach(async () => {
  await house.close();
});

describe("a vault", () => {
  test("that is rotated and rekeyed under load loses no call", async () => {
    house = await House.open({ callsMax: 20 });
    addNumbers(300);
    await house.ask("POST", "/v1/byok/bulk", { apiKey: goodKey, numberIds: "all" });
    const began = await house.answeredCall();

    let answered = 0;
    const callers = Array.from({ length: 3 }, async () => {
      for (let turn = 0; turn < 4; turn += 1) {
        const call = await house.answeredCall();
        await call.hangUp();
        answered += 1;
      }
    });
    const changes = ["rotate", "rekey", "rotate", "rotate", "rekey"];
    for (const change of changes) await house.ask("POST", `/v1/vault/${change}`, {});
    await Promise.all(callers);
    await began.hangUp();

    expect(answered).toBe(12);
    expect((await house.ended(began)).status).toBe("completed");
    const view = await vaultWhen(({ waitingForRewrap }) => waitingForRewrap === 0);
    expect(view).toMatchObject({ primaryVersion: 4, unreadable: 0 });
  });

  test("that is sealed answers calls 503 and says why, and carries them when it is open", async () => {
    house = await House.open({ root: cheapPassphrase });

    const sealed = await house.call();
    expect(await sealed.outcome).toMatchObject({ kind: "refused", status: 503 });
    const record = await house.ended(sealed);
    await house.ask("POST", "/v1/vault/unseal", { passphrase });
    const call = await house.answeredCall();
    await house.ask("POST", "/v1/vault/seal");
    await eventually("the call goes on", () => (call.audio.heard?.packets ?? 0) > 20);
    await call.hangUp();

    expect(record.hangupCause).toMatchObject({ cause: "vault_sealed" });
    expect((await house.ended(call)).status).toBe("completed");
    expect(await (await house.call()).outcome).toMatchObject({ kind: "refused", status: 503 });
  });

  test("with a damaged key in it fails that number's calls alone, and names the reason", async () => {
    house = await House.open();
    await house.saveKey(goodKey);
    const [demo] = await numbers();
    sqlElsewhere(databaseFile(), "UPDATE secret SET stored = ? WHERE owner_id = ?", [
      [randomBytes(150), demo?.id ?? ""],
    ]);

    const failed = await house.call();
    expect(await failed.outcome).toMatchObject({ kind: "refused", status: 503 });
    const record = await house.ended(failed);
    const [damaged] = await numbers();
    await house.deleteKey();
    const managed = await house.answeredCall();
    await managed.hangUp();

    expect(record.hangupCause).toMatchObject({ cause: "key_unreadable" });
    expect(damaged).toMatchObject({ number: demoNumber, status: "key_unreadable" });
    expect((await house.ended(managed)).status).toBe("completed");
  });
});

async function numbers(): Promise<readonly NumberView[]> {
  return ((await house.ask("GET", "/v1/numbers?limit=1")) as { items: NumberView[] }).items;
}

async function vaultWhen(holds: (view: VaultView) => boolean): Promise<VaultView> {
  for (;;) {
    const view = (await house.ask("GET", "/v1/vault")) as VaultView;
    if (holds(view)) return view;
  }
}

/** Numbers whose keys make the rewrapping last. */
function addNumbers(count: number): void {
  const others = Array.from({ length: count }, (_, index) => {
    const text = String(index).padStart(3, "0");
    return [`num_other${text}`, `+14155551${text}`, 9e15];
  });
  sqlElsewhere(
    databaseFile(),
    `INSERT INTO number (id, e164, voice_mode, inbound, created_at_ms, updated_at_ms)
     VALUES (?, ?, 'managed', NULL, ?, 0)`,
    others,
  );
}

function databaseFile(): string {
  return path.join(house.folder, "data", "agentcall.db");
}
