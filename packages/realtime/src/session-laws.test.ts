import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { clientEventProblems } from "./testing/event-schema.ts";
import { SessionBench } from "./testing/session-bench.ts";
import { wire } from "./testing/wire-samples.ts";

const seeds = Array.from({ length: 200 }, (_, seed) => seed);

describe("any order of what can happen to a session", () => {
  test.each(seeds)("keeps the laws of barge-in and leaves nothing behind, seed %i", (seed) => {
    const world = new World(seed);

    for (let step = 0; step < 120; step += 1) world.step();
    world.bench.session.close();

    for (const event of world.bench.sent) expect(clientEventProblems(event)).toEqual([]);
    expect(world.bench.clock.pendingCount).toBe(0);
    expect(world.bench.transport.state).toBe("closed");
    expect(world.bench.reportKinds.filter((kind) => kind === "closed")).toHaveLength(1);
    expect(world.bench.reportKinds.at(-1)).toBe("closed");
  });
});

/** Throws server events, callers and clocks at a session in any order, and checks after each. */
class World {
  readonly bench: SessionBench;
  readonly #random;
  readonly #receivedMs = new Map<string, number>();
  readonly #cancelled = new Set<string>();
  #activeResponse = "";
  #checkedEvents = 0;
  #checkedAudio = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
    this.bench = SessionBench.ready({ firstMessage: "Good morning!" });
    if (seed % 2 === 0) this.#bargeInOnSpeech();
  }

  step(): void {
    const happen = this.#pick(this.#happenings);
    happen();
    this.#checkSent();
    this.#checkPlayed();
  }

  readonly #happenings: readonly (() => void)[] = [
    () => {
      this.#activeResponse = this.#response();
      this.bench.transport.serve(wire.responseCreated(this.#activeResponse));
    },
    () => {
      this.#audio();
    },
    () => {
      this.#audio();
    },
    () => {
      this.#audio();
    },
    () => {
      this.bench.transport.serve(wire.audioDone(this.#response(), this.#item()));
    },
    () => {
      this.#speech();
    },
    () => {
      this.bench.transport.serve(wire.speechStopped());
    },
    () => {
      this.bench.transport.serve(wire.responseDone(this.#response()));
    },
    () => {
      this.bench.transport.serve(wire.responseDone(this.#response(), "cancelled"));
    },
    () => {
      this.#fail();
    },
    () => {
      this.bench.transport.serve(wire.agentPartial(this.#response(), this.#item(), "word "));
    },
    () => {
      this.bench.transport.serve(wire.agentSaid(this.#response(), this.#item(), "words"));
    },
    () => {
      this.bench.transport.serve(wire.callerSaid(this.#item(), "hello"));
    },
    () => {
      this.bench.transport.serve(wire.itemAdded(this.#item(), this.#item()));
    },
    () => {
      this.bench.transport.serve(wire.error("response_cancel_not_active"));
    },
    () => {
      this.#refuseRequest();
    },
    () => {
      this.#interrupt();
    },
    () => {
      this.bench.session.sendUserText("[key 1]");
    },
    () => {
      this.bench.session.sendToolOutput("call_1", "{}");
    },
    () => {
      this.bench.session.appendAudio(new Uint8Array(320), 0, 320);
    },
    () => {
      this.bench.clock.advance(this.#random.below(1_500));
    },
  ];

  #audio(): void {
    const [response, item] = [this.#response(), this.#item()];
    const before = this.bench.played.length;
    const bytes = this.#random.below(4_000);
    this.bench.transport.serve(wire.audio(response, item, new Uint8Array(bytes)));
    if (this.bench.played.length === before) return;
    this.#receivedMs.set(item, (this.#receivedMs.get(item) ?? 0) + bytes / 8);
  }

  #speech(): void {
    if (this.#activeResponse !== "") this.#cancelled.add(this.#activeResponse);
    this.bench.transport.serve(wire.speechStarted());
  }

  #bargeInOnSpeech(): void {
    this.bench.onReport = (report) => {
      if (report.kind === "speech-started") this.#interrupt();
    };
  }

  #interrupt(): void {
    const heardMs = this.#random.unit() * this.#random.below(4) * 1_000; // a fourth was never heard
    const item = { itemId: this.#item(), heardMs, receivedMs: this.#random.below(9_000) };
    this.bench.session.interrupted([item]);
  }

  /** Seldom, so that most sessions live on. */
  #fail(): void {
    const code = this.#random.below(10) === 0 ? "insufficient_quota" : "rate_limit_exceeded";
    this.bench.transport.serve(wire.responseDone(this.#response(), "failed", code));
  }

  #refuseRequest(): void {
    const eventId = `response-${String(this.#random.below(5))}`;
    this.bench.transport.serve(wire.error("conversation_already_has_active_response", { eventId }));
  }

  /** No item is cut at 0 or beyond what was received of it. */
  #checkSent(): void {
    for (const event of this.bench.sent.slice(this.#checkedEvents)) {
      if (event.type !== "conversation.item.truncate") continue;
      expect(event.audio_end_ms).toBeGreaterThan(0);
      expect(event.audio_end_ms).toBeLessThanOrEqual(this.#receivedMs.get(event.item_id) ?? 0);
    }
    this.#checkedEvents = this.bench.sent.length;
  }

  /** No audio comes of a response that was cancelled, or that is not the present one. */
  #checkPlayed(): void {
    for (const { responseId } of this.bench.played.slice(this.#checkedAudio)) {
      expect(responseId).toBe(this.#activeResponse);
      expect(this.#cancelled.has(responseId)).toBe(false);
    }
    this.#checkedAudio = this.bench.played.length;
  }

  #response(): string {
    return `resp_${String(this.#random.below(6))}`;
  }

  #item(): string {
    return `item_${String(this.#random.below(6))}`;
  }

  #pick<Value>(values: readonly Value[]): Value {
    const value = values[this.#random.below(values.length)];
    if (value === undefined) throw new Error("nothing to pick from");
    return value;
  }
}
