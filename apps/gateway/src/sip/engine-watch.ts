import type { Clock, Timer } from "@agentcall/base";
import type { SrfClient } from "./srf.ts";

type EngineWatchOptions = {
  readonly client: SrfClient;
  /** Where drachtio itself listens, as `127.0.0.1:5060`. */
  readonly engine: string;
  readonly clock: Clock;
  /** Told once: drachtio holds the connection and does nothing any more. */
  readonly onDead: () => void;
};

const everyMs = 10_000;
const answerMsMax = 5_000; // it echoes what it sends, or refuses to, within a millisecond

/**
 * Finds a drachtio that is dead behind an open connection, which the library's own ping does not:
 * nothing would tell that no call comes any more. It is asked to send OPTIONS to itself. Whether it
 * refuses, as it does, or sends them, it has read and understood the request; only silence is death.
 */
export class EngineWatch {
  readonly #options: EngineWatchOptions;
  #timer: Timer | null = null;
  #isStopped = false;

  constructor(options: EngineWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.clock.after(everyMs, () => {
      this.#ask();
    });
  }

  /** May be called twice. */
  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #ask(): void {
    const { client, engine, clock, onDead } = this.#options;
    const uri = `sip:${engine}`;
    this.#timer = clock.after(answerMsMax, () => {
      this.stop();
      onDead();
    });
    try {
      client.request(uri, { method: "OPTIONS", proxy: uri, headers: {} }, () => {
        this.#heard();
      });
    } catch {
      this.#heard(); // the library throws where the connection is gone, and tells so itself
    }
  }

  #heard(): void {
    if (this.#isStopped) return;
    this.#timer?.cancel();
    this.start();
  }
}
