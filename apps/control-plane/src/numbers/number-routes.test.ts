import { errorBodySchema, type NumberView } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpenApp } from "../testing/open-app.ts";

const aTool = { name: "find_order", description: "Finds an order.", parameters: {} };
const actionWebhook = {
  url: "https://shop.example/tools",
  signingSecret: "a secret of at least 32 characters",
};

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open();
});
afterEach(async () => {
  await house.close();
});

describe("a number", () => {
  test("is registered, shown, changed and deleted", async () => {
    const created = await create({ number: "+14155550101", label: "Front desk" });
    house.clock.advance(1_000);
    const changed = await house.ask("PATCH", `/v1/numbers/${created.id}`, {
      body: { label: "Desk" },
    });
    const shown = await house.ask("GET", `/v1/numbers/${created.id}`);
    const deleted = await house.ask("DELETE", `/v1/numbers/${created.id}`);
    const gone = await house.ask("GET", `/v1/numbers/${created.id}`);

    expect(created).toMatchObject({
      number: "+14155550101",
      label: "Front desk",
      trunkId: null,
      voiceMode: "managed",
      hasByokKey: false,
      keyPreview: null,
      inbound: null,
      outbound: null,
      status: "no_agent",
    });
    expect(changed.json<NumberView>().label).toBe("Desk");
    expect(shown.json()).toEqual(changed.json());
    expect(shown.json<NumberView>().updatedAt > created.updatedAt).toBe(true);
    expect(deleted.statusCode).toBe(204);
    expect(gone.statusCode).toBe(404);
  });

  test("is registered once", async () => {
    await create({ number: "+14155550101" });

    const again = await house.ask("POST", "/v1/numbers", { body: { number: "+14155550101" } });

    expect(again.statusCode).toBe(409);
    expect(errorBodySchema.parse(again.json()).error.code).toBe("number_exists");
  });

  test.each(["PATCH", "DELETE"] as const)("that is not there cannot be %sed", async (method) => {
    const answer = await house.ask(method, "/v1/numbers/num_none", {
      ...(method === "PATCH" ? { body: { label: "x" } } : {}),
    });

    expect(answer.statusCode).toBe(404);
  });
});

describe("the list of numbers", () => {
  test("goes on page by page, oldest first, without losing or doubling one", async () => {
    const all: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      all.push((await create({ number: `+1415555010${String(index)}` })).id);
      if (index % 3 === 0) house.clock.advance(1_000); // some share their moment
    }

    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const query: string = cursor === "" ? "" : `&cursor=${cursor}`;
      const page = await house.ask("GET", `/v1/numbers?limit=2${query}`);
      const body: { items: NumberView[]; nextCursor: string | null } = page.json();
      seen.push(...body.items.map(({ id }) => id));
      cursor = body.nextCursor;
    }

    expect([...seen].sort(byText)).toEqual([...all].sort(byText));
    expect(new Set(seen).size).toBe(7);
  });

  test("is searched by a part of the number or of the label, and by mode", async () => {
    const desk = await create({ number: "+14155550101", label: "Front Desk" });
    const sales = await create({ number: "+14155550202", label: "Sales" });

    const ids = async (query: string): Promise<string[]> =>
      (await house.ask("GET", `/v1/numbers?${query}`))
        .json<{ items: NumberView[] }>()
        .items.map(({ id }) => id);

    expect(await ids("q=desk")).toEqual([desk.id]);
    expect(await ids("q=0202")).toEqual([sales.id]);
    expect(await ids("q=%25")).toEqual([]);
    expect(await ids("voiceMode=byok")).toEqual([]);
    expect(await ids("trunkId=trunk_1")).toEqual([]);
  });

  test.each(["limit=0", "limit=101", "limit=x", "voiceMode=free", "cursor=abc", "colour=red"])(
    "refuses ?%s",
    async (query) => {
      const answer = await house.ask("GET", `/v1/numbers?${query}`);

      expect(answer.statusCode).toBe(422);
    },
  );
});

describe("the agent of a number", () => {
  test("is set with defaults, shown, replaced as a whole, and taken away", async () => {
    const { id } = await create({ number: "+14155550101" });
    const url = `/v1/numbers/${id}/inbound-config`;

    const none = await house.ask("GET", url);
    const set = await house.ask("POST", url, {
      body: { mode: "ai", systemPrompt: "Be brief.", voice: "marin", firstMessage: "Hello." },
    });
    const replaced = await house.ask("POST", url, {
      body: { mode: "ai", systemPrompt: "Be kind." },
    });
    const shown = await house.ask("GET", url);
    const deleted = await house.ask("DELETE", url);
    const number = await house.ask("GET", `/v1/numbers/${id}`);

    expect(none.statusCode).toBe(404);
    expect(set.json()).toMatchObject({ voice: "marin", firstMessage: "Hello.", language: "auto" });
    expect(replaced.json()).toEqual({
      mode: "ai",
      systemPrompt: "Be kind.",
      record: false,
      recording: { disclosure: null, pauseOnDtmf: true, pauseSecs: 5, retentionDays: 365 },
      voice: "shimmer",
      language: "auto",
      firstMessage: null,
      maxDurationSecs: 600,
      liveTranscript: false,
      model: null,
      answerDeadlineMs: 4_000,
      fallback: {
        allowManagedKey: false,
        forwardTo: null,
        announcement: null,
        rejectWith: 503,
      },
      contextSource: "agentcall_memory",
      contextWebhook: null,
      retention: { transcriptDays: 365, reportDays: 365 },
      notify: { emailTo: null, businessName: null, agencyName: null },
      tools: [],
      actionWebhook: null,
      limits: {
        maxConcurrentCalls: null,
        monthlyBudgetMicros: null,
        whenBudgetUsed: "stop",
      },
      voiceMode: "managed",
      hasByokKey: false,
      byokOpenaiApiKeyPreview: null,
    });
    expect(shown.json()).toEqual(replaced.json());
    expect(deleted.statusCode).toBe(204);
    expect(number.json<NumberView>().inbound).toBeNull();
  });

  test("takes a voice and a language by PATCH, and keeps the rest", async () => {
    const { id } = await create({ number: "+14155550101" });
    await house.ask("POST", `/v1/numbers/${id}/inbound-config`, {
      body: { mode: "ai", systemPrompt: "Be brief.", model: "gpt-realtime" },
    });

    const patched = await house.ask("PATCH", `/v1/numbers/${id}`, {
      body: { voice: "cedar", language: "de" },
    });

    expect(patched.json<NumberView>().inbound).toMatchObject({
      systemPrompt: "Be brief.",
      model: "gpt-realtime",
      voice: "cedar",
      language: "de",
    });
  });

  test("has no voice to change before there is an agent", async () => {
    const { id } = await create({ number: "+14155550101" });

    const answer = await house.ask("PATCH", `/v1/numbers/${id}`, { body: { voice: "cedar" } });

    expect(answer.statusCode).toBe(409);
  });

  test.each([
    { systemPrompt: "x" },
    { mode: "ai", systemPrompt: "" },
    { mode: "ai", systemPrompt: "x", voice: "robot" },
    { mode: "ai", systemPrompt: "x", language: "tlh" },
    { mode: "ai", systemPrompt: "x", maxDurationSecs: 0 },
    { mode: "ai", systemPrompt: "x", answerDeadlineMs: 60_000 },
    { mode: "ai", systemPrompt: "x", model: "../etc" },
    { mode: "ai", systemPrompt: "x", volume: 11 },
    { mode: "ai", systemPrompt: "x", fallback: { forwardTo: "the front desk" } },
    { mode: "ai", systemPrompt: "x", fallback: { forwardTo: "sip:a@b>\r\nX: y" } },
    { mode: "ai", systemPrompt: "x", fallback: { rejectWith: 200 } },
    { mode: "ai", systemPrompt: "x", tools: [{ type: "hang_up" }, { type: "hang_up" }] },
    { mode: "ai", systemPrompt: "x", tools: [{ type: "transfer_call", destinations: [] }] },
    { mode: "ai", systemPrompt: "x", tools: [aTool] },
    { mode: "ai", systemPrompt: "x", tools: [{ ...aTool, name: "hang_up" }], actionWebhook },
    { mode: "ai", systemPrompt: "x", actionWebhook: { ...actionWebhook, url: "http://a.example" } },
    { mode: "ai", systemPrompt: "x", actionWebhook: { ...actionWebhook, signingSecret: "short" } },
    { mode: "ai", systemPrompt: "x", actionWebhook: { url: actionWebhook.url } },
  ])("refuses %o", async (body) => {
    const { id } = await create({ number: "+14155550101" });

    const answer = await house.ask("POST", `/v1/numbers/${id}/inbound-config`, { body });

    expect(answer.statusCode).toBe(422);
  });
});

describe("the tools of an agent", () => {
  test("are given with a webhook whose secret is sealed, never shown, and kept by a change without one", async () => {
    const { id } = await create({ number: "+14155550101" });
    const url = `/v1/numbers/${id}/inbound-config`;
    const body = { mode: "ai", systemPrompt: "x", tools: [aTool], actionWebhook };

    const set = await house.ask("POST", url, { body });
    const again = await house.ask("POST", url, {
      body: { ...body, actionWebhook: { ...actionWebhook, signingSecret: null } },
    });
    const sealed = await house.vault.open("action-webhook", id);
    const entries = await house.ask("GET", "/v1/audit", { as: "admin" });

    expect(set.json()).toMatchObject({
      tools: [{ type: "function", ...aTool }],
      actionWebhook: { url: actionWebhook.url, signingSecret: null },
    });
    expect(again.statusCode).toBe(200);
    expect(sealed?.reveal()).toBe(actionWebhook.signingSecret);
    expect(set.body + entries.body).not.toContain(actionWebhook.signingSecret);
  });

  test("lose their secret with the webhook", async () => {
    const { id } = await create({ number: "+14155550101" });
    const url = `/v1/numbers/${id}/inbound-config`;
    await house.ask("POST", url, { body: { mode: "ai", systemPrompt: "x", actionWebhook } });

    await house.ask("POST", url, { body: { mode: "ai", systemPrompt: "x" } });

    expect(await house.vault.open("action-webhook", id)).toBeNull();
  });
});

describe("Idempotency-Key", () => {
  const body = { number: "+14155550101" };
  const headers = { "idempotency-key": "order-1" };
  const replayed = "x-agentcall-idempotency-replayed";

  test("the same request again gets the first answer, and says so", async () => {
    const first = await house.ask("POST", "/v1/numbers", { body, headers });
    const second = await house.ask("POST", "/v1/numbers", { body, headers });

    expect(second.statusCode).toBe(201);
    expect(second.json()).toEqual(first.json());
    expect(first.headers[replayed]).toBeUndefined();
    expect(second.headers[replayed]).toBe("true");
  });

  test("two at the same moment create one", async () => {
    const answers = await Promise.all(
      [1, 2, 3].map(() => house.ask("POST", "/v1/numbers", { body, headers })),
    );

    expect(answers.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201]);
    expect(new Set(answers.map((answer) => answer.json<NumberView>().id)).size).toBe(1);
  });

  test("another request with the same key is a conflict, and another caller's key is another", async () => {
    await house.ask("POST", "/v1/numbers", { body, headers });

    const other = await house.ask("POST", "/v1/numbers", {
      body: { number: "+14155550102" },
      headers,
    });
    const otherCaller = await house.ask("POST", "/v1/numbers", {
      body: { number: "+14155550103" },
      headers,
      as: "admin",
    });

    expect(other.statusCode).toBe(409);
    expect(otherCaller.statusCode).toBe(201);
  });

  test("what failed may be tried again, and after a day the key is free", async () => {
    const failed = await house.ask("POST", "/v1/numbers", { body: { number: "+1" }, headers });
    const created = await house.ask("POST", "/v1/numbers", { body, headers });
    house.clock.advance(24 * 3_600_000 + 1);
    const next = await house.ask("POST", "/v1/numbers", {
      body: { number: "+14155550102" },
      headers,
    });

    expect(failed.statusCode).toBe(422);
    expect(created.statusCode).toBe(201);
    expect(next.statusCode).toBe(201);
    expect(next.headers[replayed]).toBeUndefined();
  });

  test("a key that cannot stand in a header is malformed", async () => {
    const answer = await house.ask("POST", "/v1/numbers", {
      body,
      headers: { "idempotency-key": "x".repeat(256) },
    });

    expect(answer.statusCode).toBe(400);
  });
});

async function create(body: { number: string; label?: string }): Promise<NumberView> {
  const answer = await house.ask("POST", "/v1/numbers", { body });
  expect(answer.statusCode).toBe(201);
  return answer.json<NumberView>();
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}
