import { describe, expect, test } from "vitest";
import { SessionBench } from "./testing/session-bench.ts";
import { wire } from "./testing/wire-samples.ts";

const tenMs = new Uint8Array(80);

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

  test("names the item before a turn that was spoken or called a tool, past what was only written", () => {
    const bench = SessionBench.ready();

    bench.transport.serve(
      wire.itemAdded("item_call_1", "question"),
      wire.functionCall("resp_1", "call_1", "look_up", "{}"),
      wire.toolOutputAdded("output", "item_call_1"),
      wire.textAdded("key", "output"),
      wire.committed("next", "key"),
      wire.callerSaid("next", "And then?"),
    );

    expect(bench.reports).toMatchObject([
      { kind: "tool-call", itemId: "item_call_1", previousItemId: "question" },
      { kind: "turn", itemId: "next", previousItemId: "item_call_1" },
      { kind: "usage" },
    ]);
  });

  test("asks for one response at a time, and once for all that waited", () => {
    const bench = SessionBench.speaking();

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
      {
        kind: "tool-call",
        itemId: "item_call_1",
        previousItemId: null,
        callId: "call_1",
        name: "look_up",
        argumentsJson: '{"name":"A"}',
      },
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
