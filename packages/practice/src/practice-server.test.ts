import { TestClock } from "@agentcall/base/testing";
import { seededRandom } from "@agentcall/base";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeAudio } from "./audio-format.ts";
import { type Practice, startPractice } from "./practice-server.ts";
import { parseScenario } from "./scenario.ts";
import { serverEventProblems } from "@agentcall/realtime/testing";
import { errorOf, PracticeClient } from "./testing/index.ts";
import { renderTone } from "./voice/render-tone.ts";

const good = "sk-proj-practice-good-evaluation";
const scenario = parseScenario({
  turns: [
    {
      caller: "What is the weather?",
      agent: [{ call: { name: "weather", arguments: { city: "Bern" } } }],
      afterTools: [{ say: "It is sunny." }],
    },
    { caller: "A tone, please.", agent: { tone: { frequencyHz: 700, ms: 1000 } } },
  ],
});

let clock: TestClock;
let practice: Practice;
const clients: PracticeClient[] = [];

beforeEach(async () => {
  clock = new TestClock();
  practice = await startPractice({ scenario, clock, random: seededRandom(1) });
});

afterEach(async () => {
  const sent = clients.filter((client) => !client.texts.includes("not json"));
  for (const client of clients.splice(0)) client.close();
  await practice.close();
  expect(
    sent.flatMap((client) => client.frames.flatMap((frame) => serverEventProblems(frame))),
  ).toEqual([]);
  expect(clock.pendingCount).toBe(0);
  expect(practice.sessions()).toBe(0);
});

describe("a session", () => {
  test("begins with session.created, which tells when it ends", async () => {
    const client = connect(good);

    const created = await client.next("session.created");

    const expiresAt = Math.floor(clock.nowMs() / 1000) + 3600;
    expect(created["session"]).toMatchObject({ type: "realtime", expires_at: expiresAt });
  });

  test("speaks the greeting it was asked for, in deltas of 250 ms, faster than real time", async () => {
    const client = await ready();

    client.send({
      type: "response.create",
      response: { instructions: 'Say: "Good evening, Bern."' },
    });
    await client.settled();
    clock.advance(2000);

    const done = await client.next("response.output_audio_transcript.done");
    await client.next("response.done");
    expect(done["transcript"]).toBe("Good evening, Bern.");
    const deltas = client.of("response.output_audio.delta");
    expect(deltas.length).toBeGreaterThan(4);
    expect(bytesOf(deltas[0]).length).toBe(2000);
    expect(typesOf(client)).toEqual([
      "response.created",
      "response.output_item.added",
      "conversation.item.added",
      "response.content_part.added",
      "response.output_audio_transcript.delta",
      "response.output_audio.delta",
      "response.output_audio.done",
      "response.output_audio_transcript.done",
      "response.content_part.done",
      "conversation.item.done",
      "response.output_item.done",
      "response.done",
      "rate_limits.updated",
    ]);
  });

  test("hears a turn in the audio, calls the tool, and speaks when its output comes", async () => {
    const client = await ready();

    client.append(tone(600));
    client.append(silence(600));
    await client.settled();
    clock.advance(2000);
    const call = await client.next("response.function_call_arguments.done");
    await client.next("response.done");
    const said = await client.next("conversation.item.input_audio_transcription.completed");
    client.send({
      type: "conversation.item.create",
      item: { type: "function_call_output", call_id: call["call_id"], output: "sunny" },
    });
    client.send({ type: "response.create" });
    await client.settled();
    clock.advance(5000);

    expect(said["transcript"]).toBe("What is the weather?");
    expect(call).toMatchObject({ name: "weather", arguments: '{"city":"Bern"}' });
    expect(await client.next("response.output_audio_transcript.done")).toMatchObject({
      transcript: "It is sunny.",
    });
    expect(practice.received(0).audio.length).toBe(1200 * 8);
  });

  test("stops speaking when the caller speaks", async () => {
    const client = await ready();
    client.send({
      type: "response.create",
      response: { instructions: 'Say: "One two three four five."' },
    });
    await client.settled();
    clock.advance(450);
    await client.next("response.output_audio.delta");

    client.append(tone(200));
    const done = await client.next("response.done");

    expect(done["response"]).toMatchObject({
      status: "cancelled",
      status_details: { type: "cancelled", reason: "turn_detected" },
    });
  });

  test("truncates at what was heard, and no further than what was sent", async () => {
    const client = await ready();
    client.send({ type: "response.create", response: { instructions: 'Say: "One two three."' } });
    await client.settled();
    clock.advance(3000);
    const itemId = (await client.next("response.output_audio.done"))["item_id"];
    const truncate = { type: "conversation.item.truncate", item_id: itemId, content_index: 0 };

    client.send({ ...truncate, audio_end_ms: 400 });
    client.send({ ...truncate, audio_end_ms: 60_000 });
    client.send({ ...truncate, item_id: "item_unknown", audio_end_ms: 1 });

    const truncated = await client.next("conversation.item.truncated");
    await client.next("error", 3); // the first is the mark of settled()
    expect(truncated).toMatchObject({ item_id: itemId, audio_end_ms: 400 });
    expect(
      client
        .of("error")
        .slice(1)
        .map((frame) => errorOf(frame)["message"]),
    ).toEqual([
      "Audio content of 400ms is already shorter than 60000ms",
      "Error truncating item: the item with id 'item_unknown' does not exist.",
    ]);
  });

  test("ends after 60 minutes", async () => {
    const client = await ready();

    clock.advance(3_600_000);
    await client.closed();

    expect(errorOf(client.of("error")[0])["code"]).toBe("session_expired");
    expect(client.closeCode).toBe(1001);
  });

  test.each([
    [{ type: "response.cancel" }, "response_cancel_not_active", null],
    [{ type: "input_audio_buffer.commit" }, "input_audio_buffer_commit_empty", null],
    [{ type: "nobody.knows" }, "invalid_value", "type"],
    [{ type: "input_audio_buffer.append", audio: "***" }, "invalid_value", "audio"],
    [{ type: "conversation.item.delete", item_id: "x" }, "item_delete_invalid_item_id", "item_id"],
    [update({ temperature: 1 }), "unknown_parameter", "session.temperature"],
    [
      update({ audio: { input: { format: { type: "audio/pcmu", rate: 8000 } } } }),
      "unknown_parameter",
      "session.audio.input.format.rate",
    ],
    [
      update({ audio: { input: { format: { type: "audio/pcm" } } } }),
      "missing_required_parameter",
      "session.audio.input.format.rate",
    ],
    [
      update({ audio: { input: { format: { type: "audio/pcm", rate: 8000 } } } }),
      "integer_below_min_value",
      "session.audio.input.format.rate",
    ],
    [
      update({ audio: { output: { speed: 9 } } }),
      "decimal_above_max_value",
      "session.audio.output.speed",
    ],
  ])("refuses %j as %s", async (event, code, param) => {
    const client = await ready();

    client.send({ event_id: "mine", ...event });

    expect(errorOf(await client.next("error"))).toMatchObject({ code, param, event_id: "mine" });
  });

  test("keeps its voice once it has spoken", async () => {
    const client = await ready();
    client.send({ type: "response.create" });
    await client.settled();
    clock.advance(5000);
    await client.next("response.done");

    client.send(update({ audio: { output: { voice: "cedar" } } }));

    expect(errorOf(await client.next("error", 2))["code"]).toBe("cannot_update_voice");
  });
});

describe("the key chooses the day", () => {
  test.each([
    ["sk-proj-practice-invalid-evaluation", "invalid_api_key", 3000],
    ["sk-proj-practice-nomodel-evaluation", "model_not_found", 4004],
  ])("%s: let in, told %s, closed with %i", async (key, code, closeCode) => {
    const client = connect(key);

    await client.closed();

    expect(errorOf(client.frames[0])["code"]).toBe(code);
    expect(client.closeCode).toBe(closeCode);
    expect(client.closeReason).toBe(`invalid_request_error.${code}`);
  });

  test.each(["sk-proj-practice-ratelimited-evaluation", "some-other-key"])(
    "%s: the upgrade is refused",
    async (key) => {
      const client = connect(key);

      await client.closed();

      expect(client.closeCode).toBe(1006);
      expect(practice.opened()).toBe(0);
    },
  );

  test("noquota: the response fails", async () => {
    const client = await ready("sk-proj-practice-noquota-evaluation");

    client.send({ type: "response.create" });
    await client.settled();
    clock.advance(1000);

    expect((await client.next("response.done"))["response"]).toMatchObject({
      status: "failed",
      status_details: { type: "failed", error: { code: "insufficient_quota" } },
    });
  });

  test("mute: the response begins, and nothing follows", async () => {
    const client = await ready("sk-proj-practice-mute-evaluation");

    client.send({ type: "response.create" });
    await client.settled();
    clock.advance(60_000);
    await client.settled();

    expect(client.of("response.created")).toHaveLength(1);
    expect(client.of("response.output_item.added")).toHaveLength(0);
  });

  test("slow3s: session.created comes three seconds late", async () => {
    const client = connect("sk-proj-practice-slow3s-evaluation");
    await practice.whenOpened(0);
    await client.opened();

    clock.advance(2999);
    await client.settled();
    const before = client.of("session.created").length;
    clock.advance(1);
    await client.next("session.created");

    expect(before).toBe(0);
  });

  test("drops5s: the connection breaks after five seconds", async () => {
    const client = await ready("sk-proj-practice-drops5s-evaluation");

    clock.advance(5000);
    await client.closed();

    expect(client.closeCode).toBe(1006);
  });

  test("garbage: frames that are none follow session.created", async () => {
    const client = await ready("sk-proj-practice-garbage-evaluation");

    expect(client.texts).toContain("not json");
  });
});

describe("a test's hand", () => {
  test("refuses connections as long as it is told to", async () => {
    practice.refuseConnections({ httpStatus: 503, retryAfterSecs: 2 });
    const refused = connect(good);
    await refused.closed();

    practice.refuseConnections(null);
    await connect(good).next("session.created");

    expect(practice.opened()).toBe(1);
  });

  test("makes the agent speak, speaks over it, and sees what the client sent", async () => {
    const client = await ready();
    const session = practice.session(0);

    session.answer([{ kind: "tone", frequencyHz: 700, ms: 5000, text: "tone" }]);
    clock.advance(500);
    await client.next("response.output_audio.delta");
    session.interrupt();

    await client.next("input_audio_buffer.speech_started");
    expect((await client.next("response.done"))["response"]).toMatchObject({ status: "cancelled" });
    expect(session.frames().map((frame) => frame.text)).toEqual([
      expect.stringContaining("session.update"),
    ]);
  });

  test("any bytes from a client are answered, and end nothing", async () => {
    const client = await ready();

    client.sendRaw("{");
    client.sendRaw(Buffer.from([1, 2, 3]));
    client.sendRaw('"x"');
    await client.settled();

    expect(client.of("error").map((frame) => errorOf(frame)["code"])).toEqual([
      "invalid_json",
      "invalid_event",
      "invalid_type",
      "invalid_value",
    ]);
  });
});

describe("the REST side", () => {
  test("lists models and says in a header what it is", async () => {
    const reply = await get("/v1/models", good);
    const body = (await reply.json()) as { data: { id: string }[] };

    expect(reply.headers.get("x-practice-provider")).toContain("does not understand speech");
    expect(body.data.map((model) => model.id)).toContain("gpt-realtime-2.1");
  });

  test.each([
    ["/v1/models", "some-other-key", 401, "invalid_api_key"],
    ["/v1/models", "sk-proj-practice-invalid-evaluation", 401, "invalid_api_key"],
    ["/v1/models", "sk-proj-practice-ratelimited-evaluation", 429, "rate_limit_exceeded"],
    ["/v1/models/gpt-realtime-2.1", "sk-proj-practice-nomodel-evaluation", 404, "model_not_found"],
    ["/v1/nothing", good, 404, "invalid_request"],
  ])("%s with %s is %i %s", async (path, key, status, code) => {
    const reply = await get(path, key);

    expect(reply.status).toBe(status);
    expect(await reply.json()).toMatchObject({ error: { code } });
  });

  test("a client secret opens a session with its settings", async () => {
    const session = { type: "realtime", instructions: "Be short." };
    const reply = await post("/v1/realtime/client_secrets", { session });
    const { value } = (await reply.json()) as { value: string };

    const created = await connect(value).next("session.created");

    expect(value).toMatch(/^ek_/);
    expect(created["session"]).toMatchObject({ instructions: "Be short." });
  });

  test("an expired client secret is let in, and refused at the first request", async () => {
    const body = { expires_after: { anchor: "created_at", seconds: 10 } };
    const reply = await post("/v1/realtime/client_secrets", body);
    const { value } = (await reply.json()) as { value: string };

    clock.advance(10_000);
    const client = connect(value);
    await client.next("session.created");
    client.send({ type: "response.create" });

    expect(errorOf(await client.next("error"))["message"]).toBe("Ephemeral token expired");
  });

  test("answers /v1/responses with JSON that fits the schema", async () => {
    const schema = {
      type: "object",
      properties: {
        name: { type: "string" },
        mood: { enum: ["good", "bad"] },
        facts: { type: "array", items: { type: "string" } },
      },
      required: ["name", "mood", "facts"],
    };
    const reply = await post("/v1/responses", {
      model: "gpt-5-mini",
      input: "x",
      text: { format: { type: "json_schema", name: "memory", schema } },
    });
    const body = (await reply.json()) as { output: [{ content: [{ text: string }] }] };

    expect(JSON.parse(body.output[0].content[0].text)).toEqual({
      name: "practice",
      mood: "good",
      facts: ["practice"],
    });
  });
});

function connect(key: string): PracticeClient {
  const client = new PracticeClient(practice.http, key);
  clients.push(client);
  return client;
}

/** A client whose session speaks and hears µ-law. */
async function ready(key = good): Promise<PracticeClient> {
  const client = connect(key);
  await client.next("session.created");
  const format = { type: "audio/pcmu" };
  client.send(
    update({
      audio: { input: { format, transcription: { model: "gpt-transcribe" } }, output: { format } },
    }),
  );
  await client.next("session.updated");
  return client;
}

function update(session: Record<string, unknown>): Record<string, unknown> {
  return { type: "session.update", session: { type: "realtime", ...session } };
}

/** The types of the response's events, each run of the two deltas as one. */
function typesOf(client: PracticeClient): string[] {
  const types = client.frames.map((frame) => frame.type);
  return [...new Set(types)].filter((type) => !/^session|^error/.test(type));
}

function bytesOf(frame: Record<string, unknown> | undefined): Buffer {
  return Buffer.from(typeof frame?.["delta"] === "string" ? frame["delta"] : "", "base64");
}

function tone(ms: number): Uint8Array {
  return encodeAudio("pcmu", renderTone(440, ms, 8000));
}

function silence(ms: number): Uint8Array {
  return encodeAudio("pcmu", new Int16Array(ms * 8));
}

function get(path: string, key: string): Promise<Response> {
  return fetch(`${practice.http}${path}`, { headers: { authorization: `Bearer ${key}` } });
}

function post(path: string, body: unknown): Promise<Response> {
  return fetch(`${practice.http}${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${good}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}
