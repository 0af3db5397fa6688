import { describe, expect, test } from "vitest";
import { clientEventProblems, serverEventProblems } from "./testing/event-schema.ts";
import { SessionBench } from "./testing/session-bench.ts";
import { wire } from "./testing/wire-samples.ts";

const tenMs = new Uint8Array(80);
const secondOfAudio = new Uint8Array(8_000);

/** The agent is speaking: one second of item_1 has come. */
function speaking(): SessionBench {
  const bench = SessionBench.ready();
  bench.transport.serve(
    wire.responseCreated("resp_1"),
    wire.outputItem("resp_1", "item_1"),
    wire.itemAdded("item_1", null),
    wire.audio("resp_1", "item_1", secondOfAudio),
  );
  bench.forget();
  return bench;
}

describe("RealtimeSession, opening", () => {
  test("sends its settings when the session is there, and is ready when they stand", () => {
    const bench = new SessionBench({ codec: "pcma", voice: "cedar", language: "de" });

    bench.session.open();
    bench.transport.accept();
    bench.transport.serve(wire.created());
    const [update] = bench.sent;
    bench.transport.serve(wire.updated());

    expect(update).toEqual({
      type: "session.update",
      event_id: "session-update",
      session: {
        type: "realtime",
        instructions: "You answer the telephone.",
        output_modalities: ["audio"],
        audio: {
          input: {
            format: { type: "audio/pcma" },
            transcription: { model: "gpt-transcribe", language: "de" },
            turn_detection: {
              type: "server_vad",
              threshold: 0.5,
              prefix_padding_ms: 300,
              silence_duration_ms: 500,
              create_response: true,
              interrupt_response: true,
            },
          },
          output: { format: { type: "audio/pcma" }, voice: "cedar" },
        },
        tools: [],
        tool_choice: "auto",
      },
    });
    expect(bench.reportKinds).toEqual(["opened", "ready"]);
    expect(bench.clock.pendingCount).toBe(0);
  });

  test("a model that is chosen changes nothing but the address", () => {
    const [usual, chosen] = ["gpt-realtime-2.1", "gpt-realtime"].map((model) => {
      const bench = new SessionBench({ model });
      bench.session.open();
      bench.transport.accept();
      bench.transport.serve(wire.created());
      return bench.sent;
    });

    expect(chosen).toEqual(usual);
  });

  test("asks for the greeting once, and for none where there is none", () => {
    const greeting = new SessionBench({ firstMessage: "Good morning!" });
    greeting.session.open();
    greeting.transport.accept();
    greeting.transport.serve(wire.created(), wire.updated(), wire.updated());
    const silent = SessionBench.ready({ firstMessage: null });

    expect(greeting.sentTypes).toEqual(["session.update", "response.create"]);
    expect(JSON.stringify(greeting.sent[1])).toContain("Good morning!");
    expect(silent.sent).toEqual([]);
  });

  test("drops audio until the settings stand, then appends it untouched", () => {
    const bench = new SessionBench();
    bench.session.open();
    bench.transport.accept();
    bench.session.appendAudio(tenMs, 0, tenMs.length);
    bench.transport.serve(wire.created(), wire.updated());

    bench.session.appendAudio(Uint8Array.of(9, 1, 2, 3, 9), 1, 3);

    expect(bench.transport.appended).toEqual([Buffer.of(1, 2, 3)]);
  });

  test("gives up when it is not ready in time", () => {
    const bench = new SessionBench();
    bench.session.open();
    bench.transport.accept();

    bench.clock.advance(10_000);

    expect(bench.reports.slice(1)).toEqual([
      { kind: "failed", reason: "timeout", message: "The session was not ready in time." },
      { kind: "closed" },
    ]);
    expect(bench.transport.state).toBe("closed");
  });

  test("fails when its settings are refused, because then none of them stands", () => {
    const bench = new SessionBench();
    bench.session.open();
    bench.transport.accept();

    bench.transport.serve(
      wire.created(),
      wire.error("unknown_parameter", { eventId: "session-update" }),
    );

    expect(bench.reports.at(-2)).toMatchObject({ kind: "failed", reason: "provider_error" });
  });

  test("names a refused key, which comes as an error and a close after the upgrade", () => {
    const bench = new SessionBench();
    bench.session.open();
    bench.transport.accept();

    bench.transport.serve(wire.error("invalid_api_key", { message: "Incorrect: sk-abc***" }));

    expect(bench.reports.slice(1)).toEqual([
      {
        kind: "failed",
        reason: "invalid_api_key",
        message: "The provider told the error invalid_api_key.",
      },
      { kind: "closed" },
    ]);
  });
});

describe("RealtimeSession, responses", () => {
  test("passes audio and tells the item, its text and its end", () => {
    const bench = SessionBench.ready();

    bench.transport.serve(
      wire.responseCreated("resp_1"),
      wire.outputItem("resp_1", "item_1"),
      wire.itemAdded("item_1", "item_0"),
      wire.agentPartial("resp_1", "item_1", "Good "),
      wire.audio("resp_1", "item_1", tenMs),
      wire.agentPartial("resp_1", "item_1", "day."),
      wire.audioDone("resp_1", "item_1"),
      wire.agentSaid("resp_1", "item_1", "Good day."),
      wire.responseDone("resp_1"),
    );

    const spoken = { itemId: "item_1", previousItemId: "item_0", speaker: "ai" };
    const usage = {
      inputTextTokens: 5,
      inputAudioTokens: 15,
      inputCachedTokens: 4,
      outputTextTokens: 3,
      outputAudioTokens: 7,
      transcriptionTokens: 0,
    };
    expect(bench.played).toEqual([{ responseId: "resp_1", itemId: "item_1", bytes: 80 }]);
    expect(bench.reports).toEqual([
      { kind: "response-started", responseId: "resp_1" },
      { kind: "item-started", responseId: "resp_1", itemId: "item_1" },
      { kind: "transcript-partial", ...spoken, text: "Good " },
      { kind: "transcript-partial", ...spoken, text: "Good day." },
      { kind: "item-audio-done", itemId: "item_1" },
      { kind: "turn", ...spoken, text: "Good day." },
      { kind: "response-done", responseId: "resp_1", status: "completed", usage },
      { kind: "usage", ...usage },
    ]);
  });

  test("tells the caller's words under their own item, also when they come late", () => {
    const bench = SessionBench.ready();

    bench.transport.serve(
      wire.callerPartial("item_2", "Hel"),
      wire.committed("item_2", "item_1"),
      wire.responseCreated("resp_1"),
      wire.callerSaid("item_2", "Hello.", 9),
      wire.callerSaid("item_3", "  "),
    );

    expect(bench.reports).toMatchObject([
      { kind: "transcript-partial", itemId: "item_2", previousItemId: null, text: "Hel" },
      { kind: "response-started" },
      {
        kind: "turn",
        itemId: "item_2",
        previousItemId: "item_1",
        speaker: "human",
        text: "Hello.",
      },
      { kind: "usage", transcriptionTokens: 9, inputAudioTokens: 0 },
      { kind: "usage", transcriptionTokens: 0 },
    ]);
  });

  test("asks for one response at a time, and once for all that waited", () => {
    const bench = speaking();

    bench.session.sendUserText("[key 1]");
    bench.session.sendToolOutput("call_1", "{}");
    const before = [...bench.sentTypes];
    bench.transport.serve(wire.responseDone("resp_1"));

    expect(before).toEqual(["conversation.item.create", "conversation.item.create"]);
    expect(bench.sentTypes.slice(2)).toEqual(["response.create"]);
  });

  test("asks again, when the server was quicker, once that response is done", () => {
    const bench = SessionBench.ready();
    bench.session.sendUserText("[key 1]");
    const eventId = bench.sent.at(-1)?.event_id ?? "";
    bench.forget();

    bench.transport.serve(
      wire.responseCreated("resp_server"),
      wire.error("conversation_already_has_active_response", { eventId }),
    );
    const meanwhile = [...bench.sentTypes];
    bench.transport.serve(wire.responseDone("resp_server"));

    expect(meanwhile).toEqual([]);
    expect(bench.sentTypes).toEqual(["response.create"]);
  });

  test("asks again after a while, when the other response was never told of", () => {
    const bench = SessionBench.ready();
    bench.session.sendUserText("[key 1]");
    const eventId = bench.sent.at(-1)?.event_id ?? "";
    bench.forget();

    bench.transport.serve(wire.error("conversation_already_has_active_response", { eventId }));
    bench.clock.advance(1_000);

    expect(bench.sentTypes).toEqual(["response.create"]);
  });

  test("does not ask while the caller speaks: the server answers by itself", () => {
    const bench = SessionBench.ready();

    bench.transport.serve(wire.speechStarted());
    bench.session.sendUserText("[key 1]");

    expect(bench.sentTypes).toEqual(["conversation.item.create"]);
  });

  test("a function is told once, with its arguments, and its output asks for a response", () => {
    const bench = SessionBench.ready();

    bench.transport.serve(
      wire.responseCreated("resp_1"),
      wire.functionCall("resp_1", "call_1", "look_up", '{"name":"A"}'),
      wire.responseDone("resp_1"),
    );
    bench.session.sendToolOutput("call_1", '{"found":true}');

    expect(bench.reports.filter(({ kind }) => kind === "tool-call")).toEqual([
      { kind: "tool-call", callId: "call_1", name: "look_up", argumentsJson: '{"name":"A"}' },
    ]);
    expect(bench.sent).toMatchObject([
      {
        type: "conversation.item.create",
        item: { type: "function_call_output", call_id: "call_1", output: '{"found":true}' },
      },
      { type: "response.create" },
    ]);
  });

  test("a response that met a rate limit is asked for once more, then the session has failed", () => {
    const bench = SessionBench.ready({ firstMessage: "Good morning!" });
    const failed = (id: string): void => {
      bench.transport.serve(
        wire.responseCreated(id),
        wire.responseDone(id, "failed", "rate_limit_exceeded"),
      );
    };

    failed("resp_1");
    const atOnce = [...bench.sentTypes];
    bench.clock.advance(1_000);
    const later = JSON.stringify(bench.sent);
    failed("resp_2");

    expect(atOnce).toEqual([]);
    expect(later).toContain("Good morning!");
    expect(bench.reports.at(-2)).toMatchObject({ kind: "failed", reason: "rate_limited" });
    expect(bench.transport.state).toBe("closed");
  });

  test("a response that failed for want of credit ends the session, its usage told before", () => {
    const bench = SessionBench.ready();

    bench.transport.serve(
      wire.responseCreated("resp_1"),
      wire.responseDone("resp_1", "failed", "insufficient_quota"),
    );

    expect(bench.reportKinds).toEqual([
      "response-started",
      "response-done",
      "usage",
      "failed",
      "closed",
    ]);
    expect(bench.reports).toContainEqual(
      expect.objectContaining({ kind: "failed", reason: "insufficient_quota" }),
    );
  });
});

describe("RealtimeSession, barge-in", () => {
  test.each([
    [
      "cuts an item where it was heard",
      400,
      {
        type: "conversation.item.truncate",
        item_id: "item_1",
        content_index: 0,
        audio_end_ms: 400,
      },
    ],
    [
      "never cuts beyond what came",
      5_000,
      {
        type: "conversation.item.truncate",
        item_id: "item_1",
        content_index: 0,
        audio_end_ms: 1_000,
      },
    ],
    [
      "cuts at whole milliseconds",
      20.9,
      { type: "conversation.item.truncate", item_id: "item_1", content_index: 0, audio_end_ms: 20 },
    ],
    [
      "removes what was not heard at all",
      0,
      { type: "conversation.item.delete", item_id: "item_1" },
    ],
    [
      "removes what was heard for less than a millisecond",
      0.4,
      { type: "conversation.item.delete", item_id: "item_1" },
    ],
  ] as const)("%s", (_, heardMs, event) => {
    const bench = speaking();

    bench.transport.serve(wire.speechStarted());
    bench.session.interrupted([{ itemId: "item_1", heardMs, receivedMs: 9_999 }]);

    expect(bench.sent).toEqual([event]);
  });

  test("sends nothing for an item that was heard to its end, or is not known", () => {
    const bench = speaking();
    bench.transport.serve(wire.audioDone("resp_1", "item_1"), wire.responseDone("resp_1"));

    bench.transport.serve(wire.speechStarted());
    bench.session.interrupted([
      { itemId: "item_1", heardMs: 1_000, receivedMs: 1_000 },
      { itemId: "item_of_nobody", heardMs: 10, receivedMs: 10 },
    ]);

    expect(bench.sent).toEqual([]);
  });

  test("cuts the item that plays and removes the one behind it, after the response is done", () => {
    const bench = speaking();
    bench.transport.serve(
      wire.audioDone("resp_1", "item_1"),
      wire.audio("resp_1", "item_2", secondOfAudio),
      wire.audioDone("resp_1", "item_2"),
      wire.responseDone("resp_1"),
      wire.speechStarted(),
    );

    bench.session.interrupted([
      { itemId: "item_1", heardMs: 980, receivedMs: 1_000 },
      { itemId: "item_2", heardMs: 0, receivedMs: 1_000 },
    ]);

    expect(bench.sentTypes).toEqual(["conversation.item.truncate", "conversation.item.delete"]);
  });

  test("acts at once on a report, and in order", () => {
    const bench = speaking();
    bench.onReport = (report) => {
      if (report.kind === "speech-started") {
        bench.session.interrupted([{ itemId: "item_1", heardMs: 500, receivedMs: 1_000 }]);
      }
    };

    bench.transport.serve(wire.speechStarted(2_000));

    expect(bench.reports).toEqual([{ kind: "speech-started", audioStartMs: 2_000 }]);
    expect(bench.sentTypes).toEqual(["conversation.item.truncate"]);
  });

  test("plays nothing more of a response that the caller spoke over", () => {
    const bench = speaking();

    bench.transport.serve(
      wire.speechStarted(),
      wire.audio("resp_1", "item_1", tenMs),
      wire.agentPartial("resp_1", "item_1", "and further"),
      wire.functionCall("resp_1", "call_1", "late", "{}"),
      wire.responseDone("resp_1", "cancelled"),
      wire.audio("resp_1", "item_1", tenMs),
      wire.audio("resp_of_nobody", "item_9", tenMs),
    );

    expect(bench.played).toHaveLength(1); // what came before the caller spoke
    expect(bench.reportKinds).toEqual(["speech-started", "response-done", "usage"]);
  });

  test("tells as a turn what a cancelled response had said", () => {
    const bench = speaking();
    bench.transport.serve(wire.agentPartial("resp_1", "item_1", "Half a"));

    bench.transport.serve(wire.speechStarted(), wire.responseDone("resp_1", "cancelled"));

    expect(bench.reports).toContainEqual({
      kind: "turn",
      itemId: "item_1",
      previousItemId: null,
      speaker: "ai",
      text: "Half a",
    });
  });

  test("cancels by its id a response that was asked for before the caller spoke", () => {
    const bench = SessionBench.ready();
    bench.session.sendUserText("[key 1]");
    bench.transport.serve(wire.speechStarted());
    bench.forget();

    bench.transport.serve(wire.responseCreated("resp_1"), wire.audio("resp_1", "item_1", tenMs));

    expect(bench.sent).toEqual([{ type: "response.cancel", response_id: "resp_1" }]);
    expect(bench.played).toEqual([]);
  });

  test("cancels the response itself when the server heard no speech", () => {
    const bench = speaking();

    bench.session.interrupted([{ itemId: "item_1", heardMs: 500, receivedMs: 1_000 }]);

    expect(bench.sentTypes).toEqual(["response.cancel", "conversation.item.truncate"]);
  });
});

describe("RealtimeSession, trouble", () => {
  test.each([
    ["response_cancel_not_active", {}],
    ["input_audio_buffer_commit_empty", {}],
    ["conversation_already_has_active_response", {}],
    ["unsupported_content_type", { message: "Only model output audio messages can be truncated" }],
    ["invalid_value", { message: "Audio content of 900ms is already shorter than 960ms" }],
    ["item_truncate_invalid_item_id", {}],
    ["a_code_of_tomorrow", {}],
  ])("goes on after the error %s", (code, more) => {
    const bench = speaking();

    bench.transport.serve(wire.error(code, more), wire.audio("resp_1", "item_1", tenMs));

    expect(bench.reports).toEqual([]);
    expect(bench.played).toHaveLength(2);
  });

  test.each([
    [
      "the provider's hour is over",
      "session_expired",
      (bench: SessionBench): void => {
        bench.transport.serve(wire.error("session_expired"));
      },
    ],
    [
      "the hour is over without an error",
      "session_expired",
      (bench: SessionBench): void => {
        bench.transport.drop(1001, "Your session hit the maximum duration of 60 minutes.");
      },
    ],
    [
      "the socket closes",
      "session_lost",
      (bench: SessionBench): void => {
        bench.transport.drop(1006, "");
      },
    ],
    [
      "the server has a fault",
      "session_lost",
      (bench: SessionBench): void => {
        bench.transport.drop(1011, "");
      },
    ],
    [
      "the connection breaks",
      "session_lost",
      (bench: SessionBench): void => {
        bench.transport.fail(new Error("ECONNRESET"));
      },
    ],
    [
      "nothing that comes is the protocol",
      "provider_error",
      (bench: SessionBench): void => {
        for (let count = 0; count < 17; count += 1) bench.transport.serveText("not json");
      },
    ],
  ])("fails when %s: %s", (_, reason, happen) => {
    const bench = speaking();

    happen(bench);

    expect(bench.reports).toMatchObject([{ kind: "failed", reason }, { kind: "closed" }]);
    expect(bench.transport.state).toBe("closed");
    expect(bench.clock.pendingCount).toBe(0);
  });

  test("closes at any moment and twice, tells it once, and hears nothing after", () => {
    for (const bench of [new SessionBench(), SessionBench.ready(), speaking()]) {
      bench.session.close();
      bench.session.close();
      bench.session.open();
      bench.transport.serve(wire.speechStarted());
      bench.session.sendUserText("late");

      expect(bench.reports).toEqual([{ kind: "closed" }]);
      expect(bench.clock.pendingCount).toBe(0);
      expect(bench.sent).toEqual([]);
    }
  });
});

describe("every event of a session", () => {
  test("is one that the openai package's own types know", () => {
    const bench = new SessionBench({
      firstMessage: "Good morning!",
      language: "en",
      tools: [{ name: "look_up", description: "Looks up.", parameters: { type: "object" } }],
    });
    bench.session.open();
    bench.transport.accept();
    bench.transport.serve(
      wire.created(),
      wire.updated(),
      wire.responseCreated("resp_1"),
      wire.audio("resp_1", "item_1", secondOfAudio),
    );
    bench.session.interrupted([
      { itemId: "item_1", heardMs: 10, receivedMs: 1_000 },
      { itemId: "item_1", heardMs: 0, receivedMs: 1_000 },
    ]);
    bench.transport.serve(wire.responseDone("resp_1", "cancelled"));
    bench.session.sendUserText("[key 1]");
    bench.session.sendToolOutput("call_1", "{}");

    expect(new Set(bench.sentTypes)).toEqual(
      new Set([
        "session.update",
        "response.create",
        "response.cancel",
        "conversation.item.truncate",
        "conversation.item.delete",
        "conversation.item.create",
      ]),
    );
    for (const event of bench.sent) expect(clientEventProblems(event)).toEqual([]);
  });

  test("is answered in tests by events that those types know too", () => {
    const samples = [
      wire.created(),
      wire.updated(),
      wire.error("invalid_value"),
      wire.speechStarted(),
      wire.speechStopped(),
      wire.committed("item_1", null),
      wire.itemAdded("item_1", "item_0"),
      wire.callerSaid("item_1", "Hello."),
      wire.callerPartial("item_1", "Hel"),
      wire.responseCreated("resp_1"),
      wire.outputItem("resp_1", "item_1"),
      wire.audio("resp_1", "item_1", tenMs),
      wire.audioDone("resp_1", "item_1"),
      wire.agentPartial("resp_1", "item_1", "Go"),
      wire.agentSaid("resp_1", "item_1", "Good day."),
      wire.functionCall("resp_1", "call_1", "look_up", "{}"),
      wire.responseDone("resp_1", "failed", "server_error"),
    ];

    for (const event of samples) expect(serverEventProblems(event)).toEqual([]);
  });
});
