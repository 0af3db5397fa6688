import { describe, expect, test } from "vitest";
import { AgentCall, type AgentCallOptions } from "./agent-call.ts";
import { AgentCallConnectionError, AgentCallError } from "./errors.ts";

type Asked = { readonly method: string; readonly url: string; readonly headers: Headers };
type Answer = Response | Error;

/** A client in front of answers that are given in turn; the last one again and again. */
function clientOf(
  answers: readonly [Answer, ...Answer[]],
  options: Partial<AgentCallOptions> = {},
): { readonly client: AgentCall; readonly asked: Asked[]; readonly waits: number[] } {
  const asked: Asked[] = [];
  const waits: number[] = [];
  const client = new AgentCall({
    baseUrl: "http://appliance.test/",
    apiKey: "ac_live_test",
    environment: {
      fetch: (input, init) => {
        const { method = "GET", headers } = init ?? {};
        const url = input instanceof Request ? input.url : String(input);
        asked.push({ method, url, headers: new Headers(headers) });
        const answer = answers[Math.min(asked.length, answers.length) - 1] ?? answers[0];
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer.clone());
      },
      wait: (delayMs, signal) => {
        if (signal?.aborted !== true && delayMs !== 15_000) waits.push(delayMs);
        return delayMs === 15_000 ? new Promise(() => undefined) : Promise.resolve();
      },
      random: () => 1,
    },
    ...options,
  });
  return { client, asked, waits };
}

const refusal = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  Response.json({ error: { code, message: "No." } }, { status, headers });

describe("AgentCall", () => {
  test("asks with the key, and encodes what stands in a path or a query", async () => {
    const { client, asked } = clientOf([Response.json({ items: [], nextCursor: null })]);

    await client.contacts.byPhone("+1/2?x");
    await client.numbers.list({ q: "a&b", limit: 5 });

    expect(asked.map(({ url }) => url)).toEqual([
      "http://appliance.test/v1/contacts/by-phone/%2B1%2F2%3Fx",
      "http://appliance.test/v1/numbers?q=a%26b&limit=5",
    ]);
    expect(asked[0]?.headers.get("authorization")).toBe("Bearer ac_live_test");
  });

  test("tries again what may pass, as long as it is told, with one idempotency key", async () => {
    const { client, asked, waits } = clientOf([
      refusal(429, "rate_limited", { "retry-after": "7" }),
      new TypeError("no connection"),
      Response.json({ id: "num_1" }),
    ]);

    const number = await client.numbers.create({ number: "+14155550123" });

    expect(number.id).toBe("num_1");
    expect(waits).toEqual([7_000, 1_000]);
    const keys = asked.map(({ headers }) => headers.get("idempotency-key"));
    expect(keys[0]).toMatch(/^sdk-[0-9a-f]{32}$/);
    expect(new Set(keys).size).toBe(1);
  });

  test("a key of the caller's own goes with the request", async () => {
    const { client, asked } = clientOf([Response.json({})]);

    await client.numbers.create({ number: "+14155550123" }, { idempotencyKey: "mine" });

    expect(asked[0]?.headers.get("idempotency-key")).toBe("mine");
  });

  test("gives up with the appliance's error after as many tries as were allowed", async () => {
    const { client, asked } = clientOf([refusal(503, "voice_ai_unavailable")], { retriesMax: 2 });

    const error = await client.calls.hangUp("call_1").catch((problem: unknown) => problem);

    expect(asked).toHaveLength(3);
    expect(error).toBeInstanceOf(AgentCallError);
    expect(error).toMatchObject({ status: 503, code: "voice_ai_unavailable", message: "No." });
  });

  test("does not try again what would be refused again", async () => {
    const { client, asked } = clientOf([refusal(409, "number_exists")]);

    await expect(client.numbers.create({ number: "+14155550123" })).rejects.toMatchObject({
      code: "number_exists",
    });
    expect(asked).toHaveLength(1);
  });

  test("an answer that is not an appliance's is an error of unknown code", async () => {
    const { client } = clientOf([new Response("<html>", { status: 404 })]);

    await expect(client.numbers.get("num_1")).rejects.toMatchObject({ code: "unknown" });
  });

  test("says that no answer came, with the cause", async () => {
    const cause = new TypeError("refused");
    const { client } = clientOf([cause], { retriesMax: 0 });

    const error = await client.health.live().catch((problem: unknown) => problem);

    expect(error).toBeInstanceOf(AgentCallConnectionError);
    expect(error).toMatchObject({ cause });
  });

  test("walks through every page of a list", async () => {
    const { client, asked } = clientOf([
      Response.json({ items: [{ id: "num_1" }, { id: "num_2" }], nextCursor: "next" }),
      Response.json({ items: [{ id: "num_3" }], nextCursor: null }),
    ]);

    const ids: string[] = [];
    for await (const { id } of client.numbers.list({ limit: 2 })) ids.push(id);

    expect(ids).toEqual(["num_1", "num_2", "num_3"]);
    expect(asked.map(({ url }) => new URL(url).search)).toEqual([
      "?limit=2",
      "?limit=2&cursor=next",
    ]);
  });

  test("resumes the event stream behind the last message that was read", async () => {
    const stream = (id: string): Response =>
      new Response(`: hello\n\nid: ${id}\ndata: {"id":"${id}"}\n\n`);
    const { client, asked, waits } = clientOf([
      stream("e-1"),
      refusal(503, "voice_ai_unavailable"),
      stream("e-2"),
    ]);

    const ids: string[] = [];
    for await (const { id } of client.events.stream()) {
      ids.push(id);
      if (ids.length === 2) break;
    }

    expect(ids).toEqual(["e-1", "e-2"]);
    expect(asked.map(({ headers }) => headers.get("last-event-id"))).toEqual([null, "e-1", "e-1"]);
    expect(waits).toEqual([500, 1_000]);
  });

  test("the event stream ends with a refusal that no waiting mends, and quietly when it is told to", async () => {
    const refused = clientOf([refusal(401, "unauthorized")]).client.events.stream();
    const ended = clientOf([refusal(401, "unauthorized")]).client.events.stream({
      signal: AbortSignal.abort(),
    });

    await expect(refused.next()).rejects.toMatchObject({ code: "unauthorized" });
    expect(await ended.next()).toEqual({ done: true, value: undefined });
  });
});
