import { describe, expect, test } from "vitest";
import { SessionBench } from "./testing/session-bench.ts";
import { wire } from "./testing/wire-samples.ts";

const tenMs = new Uint8Array(80);
const secondOfAudio = new Uint8Array(8_000);

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
    const bench = SessionBench.speaking();

    bench.transport.serve(wire.speechStarted());
    bench.session.interrupted([{ itemId: "item_1", heardMs, receivedMs: 9_999 }]);

    expect(bench.sent).toEqual([event]);
  });

  test("sends nothing for an item that was heard to its end, or is not known", () => {
    const bench = SessionBench.speaking();
    bench.transport.serve(wire.audioDone("resp_1", "item_1"), wire.responseDone("resp_1"));

    bench.transport.serve(wire.speechStarted());
    bench.session.interrupted([
      { itemId: "item_1", heardMs: 1_000, receivedMs: 1_000 },
      { itemId: "item_of_nobody", heardMs: 10, receivedMs: 10 },
    ]);

    expect(bench.sent).toEqual([]);
  });

  test("cuts the item that plays and removes the one behind it, after the response is done", () => {
    const bench = SessionBench.speaking();
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
    const bench = SessionBench.speaking();
    bench.onReport = (report) => {
      if (report.kind === "speech-started") {
        bench.session.interrupted([{ itemId: "item_1", heardMs: 500, receivedMs: 1_000 }]);
      }
    };

    bench.transport.serve(wire.speechStarted(2_000));

    expect(bench.reports).toEqual([
      { kind: "speech-started", audioStartMs: 2_000, itemId: "item_caller" },
    ]);
    expect(bench.sentTypes).toEqual(["conversation.item.truncate"]);
  });

  test("plays nothing more of a response that the caller spoke over", () => {
    const bench = SessionBench.speaking();

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
    const bench = SessionBench.speaking();
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
    const bench = SessionBench.speaking();

    bench.session.interrupted([{ itemId: "item_1", heardMs: 500, receivedMs: 1_000 }]);

    expect(bench.sentTypes).toEqual(["response.cancel", "conversation.item.truncate"]);
  });
});
