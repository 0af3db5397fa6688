import { describe, expect, test } from "vitest";
import { clientEventProblems, serverEventProblems } from "./testing/event-schema.ts";
import { SessionBench } from "./testing/session-bench.ts";
import { wire } from "./testing/wire-samples.ts";

const tenMs = new Uint8Array(80);
const secondOfAudio = new Uint8Array(8_000);

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

  test.each([
    ["Good morning!", "word for word and nothing else: Good morning!"],
    [null, "in your own words"],
  ])("asks for the greeting %j once", (firstMessage, task) => {
    const bench = new SessionBench({ firstMessage });
    bench.session.open();
    bench.transport.accept();
    bench.transport.serve(wire.created(), wire.updated(), wire.updated());

    expect(bench.sentTypes).toEqual(["session.update", "response.create"]);
    expect(JSON.stringify(bench.sent[1])).toContain(task);
  });

  test("that takes another's place is told what was said before, and goes on without a greeting", () => {
    const bench = new SessionBench({ greets: false });
    bench.session.open();
    bench.transport.accept();
    bench.transport.serve(wire.created(), wire.updated());

    const lines = [
      { speaker: "human", text: "A table for two." },
      { speaker: "ai", text: "Of course." },
    ] as const;
    bench.session.recall(lines, true);

    expect(bench.sent.slice(1, 3)).toMatchObject([
      { item: { role: "user", content: [{ type: "input_text", text: "A table for two." }] } },
      { item: { role: "assistant", content: [{ type: "output_text", text: "Of course." }] } },
    ]);
    expect(bench.sentTypes.slice(3)).toEqual(["response.create"]);
    expect(JSON.stringify(bench.sent[3])).toContain("Do not greet again");
  });

  test("that is to wait asks for no response", () => {
    const bench = new SessionBench({ greets: false });
    bench.session.open();
    bench.transport.accept();
    bench.transport.serve(wire.created(), wire.updated());

    bench.session.recall([{ speaker: "human", text: "Hello?" }], false);

    expect(bench.sentTypes).toEqual(["session.update", "conversation.item.create"]);
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
    const bench = SessionBench.speaking();

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
    const bench = SessionBench.speaking();

    happen(bench);

    expect(bench.reports).toMatchObject([{ kind: "failed", reason }, { kind: "closed" }]);
    expect(bench.transport.state).toBe("closed");
    expect(bench.clock.pendingCount).toBe(0);
  });

  test("closes at any moment and twice, tells it once, and hears nothing after", () => {
    for (const bench of [new SessionBench(), SessionBench.ready(), SessionBench.speaking()]) {
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
