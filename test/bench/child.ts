import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Clock, delay, invariant } from "@agentcall/base";
import type { ProbeSample } from "./messages.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const stopMsMax = 5_000;

export type ChildOptions = {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** More arguments for Node, such as `--cpu-prof`. */
  readonly nodeArguments: readonly string[];
};

type Waiter = { readonly isIt: (message: object) => boolean; readonly take: (m: object) => void };

/** A process of the bench with its IPC channel. */
export class Child {
  readonly #process: ChildProcess;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
  readonly #earlier: object[] = [];
  #hasExited = false;
  #told = "";
  onMessage: (message: object) => void = () => undefined;

  constructor(options: ChildOptions, clock: Clock) {
    this.#clock = clock;
    this.#process = fork(options.program, [], {
      execArgv: ["--expose-gc", "--import", here("./probe.ts"), ...options.nodeArguments],
      env: { ...process.env, ...options.env },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const keep = (data: Buffer): void => {
      this.#told = (this.#told + data.toString("utf8")).slice(-toldCharsMax);
    };
    this.#process.stdout?.on("data", keep);
    this.#process.stderr?.on("data", keep);
    this.#process.on("exit", () => {
      this.#hasExited = true;
    });
    this.#process.on("message", (message) => {
      if (typeof message === "object") this.#take(message);
    });
  }

  /** The last that it wrote. */
  get told(): string {
    return this.#told;
  }

  send(message: object): void {
    if (!this.#hasExited) this.#process.send(message);
  }

  /** Waits for a message, also for one that came already. */
  async next<Message extends object>(
    isIt: (message: object) => message is Message,
    withinMs: number,
  ): Promise<Message> {
    const earlier = this.#earlier.findIndex((message) => isIt(message));
    if (earlier !== -1) return this.#earlier.splice(earlier, 1)[0] as Message;
    const answer = new Promise<Message>((resolve) => {
      const waiter = {
        isIt,
        take: (message: object) => {
          this.#waiters.delete(waiter);
          resolve(message as Message);
        },
      };
      this.#waiters.add(waiter);
    });
    const late = new AbortController();
    const tooLate = delay(this.#clock, withinMs, late.signal).then(() => {
      throw new Error(`a process of the bench did not answer; it last wrote:\n${this.#told}`);
    });
    try {
      return await Promise.race([answer, tooLate]);
    } finally {
      tooLate.catch(() => undefined);
      late.abort();
    }
  }

  async probe(kind: "now" | "after-gc"): Promise<ProbeSample> {
    this.send({ probe: kind });
    const isProbed = (message: object): message is { probed: ProbeSample } => "probed" in message;
    return (await this.next(isProbed, 30_000)).probed;
  }

  /** Asks it to end, and makes it when it does not. */
  async stop(): Promise<void> {
    if (this.#hasExited) return;
    this.#process.kill("SIGTERM");
    const deadlineMs = this.#clock.monotonicMs() + stopMsMax;
    while (!this.hasExited && this.#clock.monotonicMs() < deadlineMs) await delay(this.#clock, 20);
    if (!this.hasExited) this.#process.kill("SIGKILL");
    invariant(this.#process.pid !== undefined, "a process of the bench never began");
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  #take(message: object): void {
    this.onMessage(message);
    for (const waiter of this.#waiters) {
      if (!waiter.isIt(message)) continue;
      waiter.take(message);
      return;
    }
    this.#earlier.push(message);
  }
}

const toldCharsMax = 4_000;
