import { callIdSchema, errorBodySchema, type NumberView } from "@agentcall/contract";
import { type Practice, startPractice } from "@agentcall/practice";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { endedEvent, recordOf } from "../testing/call-facts.ts";
import { OpenApp } from "../testing/open-app.ts";
import { openaiKeyPurpose } from "../vault/vault.ts";

const goodKey = "sk-proj-practice-good-marked0001";
const otherKey = "sk-proj-practice-good-marked0002";

let practice: Practice;
let house: OpenApp;
let number: NumberView;

beforeEach(async () => {
  practice = await startPractice({ recordAudioBytesMax: 0 });
  house = await OpenApp.open(`${practice.http.replace("http", "ws")}/v1/realtime`);
  const answer = await house.ask("POST", "/v1/numbers", { body: { number: "+14155550101" } });
  number = answer.json<NumberView>();
});
afterEach(async () => {
  await house.close();
  while (practice.sessions() > 0) await turn(); // each test's session is given back
  await practice.close();
});

describe("a good key", () => {
  test("is tested by a session with the number's model, and nothing is kept", async () => {
    await house.ask("POST", `/v1/numbers/${number.id}/inbound-config`, {
      body: { mode: "ai", systemPrompt: "x", model: "gpt-realtime" },
    });

    const tested = await post("byok/test", { apiKey: goodKey });

    expect(tested.statusCode).toBe(200);
    expect(tested.json()).toEqual({ ok: true, model: "gpt-realtime" });
    expect(practice.session(0).model).toBe("gpt-realtime");
    expect(await keyOf()).toBeNull();
    expect((await shown()).voiceMode).toBe("managed");
  });

  test("is saved, flips the number, and only its preview is ever shown", async () => {
    const saved = await post("byok/key", { apiKey: ` "${goodKey}"\n` });

    expect(saved.json()).toEqual({
      ok: true,
      numberId: number.id,
      voiceMode: "byok",
      keyPreview: "sk-proj-...0001",
      configuredAt: expect.stringMatching(/Z$/) as string,
    });
    expect(await shown()).toMatchObject({
      voiceMode: "byok",
      hasByokKey: true,
      keyPreview: "sk-proj-...0001",
    });
    expect(await keyOf()).toBe(goodKey);
    expect(saved.body + JSON.stringify(await house.db.all("SELECT * FROM secret"))).not.toContain(
      goodKey,
    );
  });

  test("takes the place of another, and is gone when it is deleted", async () => {
    await post("byok/key", { apiKey: goodKey });
    await post("byok/key", { apiKey: otherKey });
    const rotated = await keyOf();

    const deleted = await house.ask("DELETE", `/v1/numbers/${number.id}/byok/key`, { as: "admin" });

    expect(rotated).toBe(otherKey);
    expect(deleted.json()).toEqual({ ok: true, numberId: number.id, voiceMode: "managed" });
    expect(await keyOf()).toBeNull();
    expect(await house.db.all("SELECT * FROM secret")).toEqual([]);
  });

  test("saved twice at once is one of the two, whole", async () => {
    await Promise.all([
      post("byok/key", { apiKey: goodKey }),
      post("byok/key", { apiKey: otherKey }),
    ]);

    const key = await keyOf();
    expect([goodKey, otherKey]).toContain(key);
    expect((await shown()).keyPreview).toBe(`sk-proj-...${key?.slice(-4) ?? ""}`);
  });

  test("goes with its number", async () => {
    await post("byok/key", { apiKey: goodKey });

    await house.ask("DELETE", `/v1/numbers/${number.id}`);

    expect(await house.db.all("SELECT * FROM secret")).toEqual([]);
  });

  test("is known to clients that were there before by their own names", async () => {
    const saved = await post("byok-key", { openaiApiKey: goodKey });
    const deleted = await house.ask("DELETE", `/v1/numbers/${number.id}/byok-key`, { as: "admin" });

    expect(saved.json()).toEqual({
      voiceMode: "byok",
      hasByokKey: true,
      byokOpenaiApiKeyPreview: "sk-proj-...0001",
    });
    expect(deleted.json()).toEqual({
      voiceMode: "managed",
      hasByokKey: false,
      byokOpenaiApiKeyPreview: null,
    });
  });

  test("of an old version, put back into the database, does not open", async () => {
    await post("byok/key", { apiKey: goodKey });
    const [old] = await house.db.all("SELECT stored FROM secret");
    await post("byok/key", { apiKey: otherKey });

    await house.db.tx((writer) =>
      writer.run("UPDATE secret SET stored = ?", old?.["stored"] ?? null),
    );

    expect(await keyOf()).toBeNull();
  });
});

describe("a key that the provider refuses", () => {
  test.each([
    ["sk-proj-practice-invalid-marked0001", "invalid_api_key"],
    ["sk-proj-practice-nomodel-marked0001", "model_not_found"],
    ["sk-proj-practice-noquota-marked0001", "insufficient_quota"],
    ["sk-proj-practice-ratelimited-marked0001", "rate_limited"],
    ["not a key", "malformed_key"],
    ["sk-admin-0000000000000000", "malformed_key"],
  ])("%s is 422 for %s, and the number keeps what it has", async (apiKey, reason) => {
    await post("byok/key", { apiKey: goodKey });

    const answers = [await post("byok/test", { apiKey }), await post("byok/key", { apiKey })];

    for (const answer of answers) {
      expect(answer.statusCode).toBe(422);
      expect(errorBodySchema.parse(answer.json()).error).toMatchObject({
        code: "byok_key_invalid",
        reason,
      });
      expect(answer.body).not.toContain("marked0001");
    }
    expect(await keyOf()).toBe(goodKey);
  });

  test("is not even sent when it has not the form of a key", async () => {
    await post("byok/test", { apiKey: "sk-short" });

    expect(practice.opened()).toBe(0);
  });

  test("of a provider that cannot be reached says nothing about the key", async () => {
    await practice.close();

    const answer = await post("byok/key", { apiKey: goodKey });

    expect(answer.statusCode).toBe(502);
    expect(errorBodySchema.parse(answer.json()).error).toMatchObject({
      code: "byok_test_failed",
      reason: "provider_unreachable",
    });
    expect(await keyOf()).toBeNull();
  });

  test("of a provider that drops the session says nothing about the key", async () => {
    await post("byok/key", { apiKey: goodKey });

    const answer = await post("byok/key", { apiKey: "sk-proj-practice-drops0s-marked0001" });

    expect(answer.statusCode).toBe(502);
    expect(errorBodySchema.parse(answer.json()).error).toMatchObject({
      code: "byok_test_failed",
      reason: "provider_error",
    });
    expect(await keyOf()).toBe(goodKey);
  });

  test.each(["garbage", "slow1s"])(
    "of a provider whose day is %s is good all the same: it spoke",
    async (day) => {
      const apiKey = `sk-proj-practice-${day}-marked0001`;

      expect((await post("byok/test", { apiKey })).json()).toMatchObject({ ok: true });
    },
  );

  test.each(["mute", "slow60s"])(
    "of a provider whose day is %s is given up after ten seconds, and not before",
    async (day) => {
      let isAnswered = false;
      const asking = post("byok/test", { apiKey: `sk-proj-practice-${day}-marked0001` });
      void asking.then(() => (isAnswered = true));
      await practice.whenOpened(0);
      while (day === "mute" && practice.session(0).frames().length < 2) await turn();

      house.clock.advance(9_999);
      await turn();
      const wasAnswered = isAnswered;
      house.clock.advance(1);
      const answer = await asking;

      expect(wasAnswered).toBe(false);
      expect(answer.statusCode).toBe(504);
      expect(errorBodySchema.parse(answer.json()).error.reason).toBe("timeout");
    },
  );
});

describe("one key for many numbers", () => {
  test("is tested once and saved for all of them, or for none", async () => {
    const others = await Promise.all(
      ["+14155550102", "+14155550103"].map(async (each) =>
        (await house.ask("POST", "/v1/numbers", { body: { number: each } })).json<NumberView>(),
      ),
    );
    const ids = [number, ...others].map(({ id }) => id).sort(byText); // all made in one moment

    const none = await bulk({ apiKey: goodKey, numberIds: [...ids, "num_none"] });
    const afterNone = await house.db.all("SELECT * FROM secret");
    const all = await bulk({ apiKey: goodKey, numberIds: "all" });

    expect(none.statusCode).toBe(404);
    expect(afterNone).toEqual([]);
    expect(all.json()).toEqual({
      ok: true,
      keyPreview: "sk-proj-...0001",
      numbers: ids.map((numberId) => ({ numberId, voiceMode: "byok" })),
    });
    expect(practice.opened()).toBe(2);
    expect(await keyOf()).toBe(goodKey);
    const [newest] = await house.audit.list(1, null);
    expect(newest).toMatchObject({ action: "byok-key.saved", detail: { before: null } });
  });

  test("is saved for five hundred at once", async () => {
    await house.db.tx(async (writer) => {
      for (let index = 0; index < 500; index += 1) {
        await writer.run(
          `INSERT INTO number (id, e164, voice_mode, created_at_ms, updated_at_ms)
           VALUES (?, ?, 'managed', 0, 0)`,
          `num_${String(index)}`,
          `+1415556${String(1_000 + index)}`,
        );
      }
    });

    const answer = await bulk({ apiKey: goodKey, numberIds: "all" });

    expect(answer.json<{ numbers: unknown[] }>().numbers).toHaveLength(501);
    expect(await house.db.get("SELECT count(*) AS sealed FROM secret")).toEqual({ sealed: 501 });
    expect(await house.audit.verify()).toMatchObject({ kind: "intact" });
    expect(practice.opened()).toBe(1);
  });
});

test("a damaged key is told for its number alone, and a new one mends it", async () => {
  const agent = { mode: "ai", systemPrompt: "x" };
  const second = await house.ask("POST", "/v1/numbers", { body: { number: "+14155550102" } });
  const { id } = second.json<NumberView>();
  for (const each of [number.id, id]) {
    await house.ask("POST", `/v1/numbers/${each}/inbound-config`, { body: agent });
    await house.ask("POST", `/v1/numbers/${each}/byok/key`, {
      body: { apiKey: goodKey },
      as: "admin",
    });
  }
  await house.db.tx((writer) =>
    writer.run("UPDATE secret SET stored = zeroblob(150) WHERE owner_id = ?", id),
  );

  const damaged = await health();

  const statusOf = async (each: string): Promise<string> =>
    (await house.ask("GET", `/v1/numbers/${each}`)).json<NumberView>().status;
  expect(damaged.json()).toMatchObject({
    items: [{ numberIds: [number.id, id].sort(), unreadableNumberIds: [id] }],
  });
  expect([await statusOf(number.id), await statusOf(id)]).toEqual(["ready", "key_unreadable"]);
  await house.ask("POST", `/v1/numbers/${id}/byok/key`, { body: { apiKey: goodKey }, as: "admin" });
  expect(await statusOf(id)).toBe("ready");
});

test("a key's health tells its numbers and what its last call has shown, and not the key", async () => {
  await post("byok/key", { apiKey: goodKey });
  const before = await health();
  const atMs = house.clock.nowMs();
  const record = recordOf({
    numberId: number.id,
    voiceMode: "byok",
    status: "failed",
    endCause: "key_no_quota",
    startedAtMs: atMs + 1,
    answeredAtMs: null,
    endedAtMs: atMs + 2,
  });
  await house.calls.apply({ gatewayId: "gateway-1", bootId: "boot-1" }, [endedEvent(record)]);
  const after = await health();
  const fallen = recordOf({
    callId: callIdSchema.parse("call_fallen"),
    numberId: number.id,
    voiceMode: "managed",
    endCause: "caller_hung_up",
    startedAtMs: atMs + 3,
    answeredAtMs: atMs + 4,
    endedAtMs: atMs + 9,
    fallbackSteps: [{ what: "managed_key", why: "key_no_quota", atMs: atMs + 5 }],
  });
  await house.calls.apply({ gatewayId: "gateway-1", bootId: "boot-1" }, [
    endedEvent(fallen, "evt_10"),
  ]);
  const falling = await health();

  expect(before.json()).toEqual({
    items: [
      {
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        keyPreview: "sk-proj-...0001",
        numberIds: [number.id],
        unreadableNumberIds: [],
        lastTestedAt: new Date(atMs).toISOString(),
        lastCallAt: null,
        lastCallCause: null,
        lastErrorReason: null,
        fallsBack: false,
      },
    ],
    nextCursor: null,
  });
  expect(after.json()).toMatchObject({
    items: [
      { lastCallCause: "key_no_quota", lastErrorReason: "insufficient_quota", fallsBack: false },
    ],
  });
  expect(falling.json()).toMatchObject({
    items: [
      { lastCallCause: "caller_hung_up", lastErrorReason: "insufficient_quota", fallsBack: true },
    ],
  });
  expect(after.body).not.toContain(goodKey);
});

describe("the managed key", () => {
  test("is tested, saved, opened for calls, and deleted", async () => {
    const refused = await managed("PUT", "sk-proj-practice-invalid-marked0001");
    const saved = await managed("PUT", goodKey);
    const opened = await house.managedKey.find();
    const deleted = await managed("DELETE");
    const again = await managed("DELETE");

    expect(refused.statusCode).toBe(422);
    expect(saved.json()).toEqual({ ok: true, keyPreview: "sk-proj-...0001" });
    expect(opened.kind === "opened" ? opened.secret.reveal() : opened.kind).toBe(goodKey);
    expect([deleted.statusCode, again.statusCode]).toEqual([204, 404]);
    expect(await house.managedKey.find()).toEqual({ kind: "none" });
  });
});

test("keys are tested ten times a minute, not more, whichever way they come", async () => {
  const notAKey = { apiKey: "sk-short" };
  for (let count = 0; count < 4; count += 1) await post("byok/test", notAKey);
  for (let count = 0; count < 3; count += 1) await post("byok/key", notAKey);
  for (let count = 0; count < 3; count += 1) await managed("PUT", "sk-short");

  const eleventh = await post("byok/test", notAKey);

  expect(eleventh.statusCode).toBe(429);
  expect(eleventh.headers["retry-after"]).toBe("60");
  house.clock.advance(60_000);
  expect((await post("byok/test", notAKey)).statusCode).toBe(422);
});

test("a number that is not there has no key", async () => {
  const answer = await house.ask("POST", "/v1/numbers/num_none/byok/key", {
    as: "admin",
    body: { apiKey: goodKey },
  });

  expect(answer.statusCode).toBe(404);
});

function post(path: string, body: object): ReturnType<OpenApp["ask"]> {
  return house.ask("POST", `/v1/numbers/${number.id}/${path}`, { as: "admin", body });
}

function health(): ReturnType<OpenApp["ask"]> {
  return house.ask("GET", "/v1/byok/health", { as: "admin" });
}

function bulk(body: object): ReturnType<OpenApp["ask"]> {
  return house.ask("POST", "/v1/byok/bulk", { as: "admin", body });
}

function managed(method: "PUT" | "DELETE", apiKey?: string): ReturnType<OpenApp["ask"]> {
  const body = apiKey === undefined ? {} : { body: { apiKey } };
  return house.ask(method, "/v1/settings/managed-key", { as: "admin", ...body });
}

async function shown(): Promise<NumberView> {
  return (await house.ask("GET", `/v1/numbers/${number.id}`)).json<NumberView>();
}

async function keyOf(): Promise<string | null> {
  return (await house.vault.open(openaiKeyPurpose, number.id))?.reveal() ?? null;
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
