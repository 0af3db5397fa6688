import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, existsSync, openSync, renameSync, statSync, writeSync } from "node:fs";
import {
  AppError,
  type Clock,
  type Log,
  type Random,
  retryDelayMs,
  type RetrySchedule,
  type Timer,
} from "@agentcall/base";

/** What a program says over IPC when it serves: `event` is `ready`, the rest are addresses. */
export type ReadyMessage = Readonly<Record<string, unknown>>;

export type ProgramSpec = {
  readonly name: string;
  readonly entry: string;
  /** Beyond those that every program gets. */
  readonly nodeArguments?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** How long it may go on with what is under way when it is asked to end; absent: not at all. */
  readonly drainMs?: number;
  /** Settings for the next start, so that a program which died comes back at the same addresses. */
  readonly keep?: (ready: ReadyMessage) => Readonly<Record<string, string>>;
};

type Surroundings = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Told when a program died and when it will be started again. */
  readonly onDeath: (name: string, how: string, againInMs: number) => void;
};

const restartSchedule: RetrySchedule = { firstMs: 200, maxMs: 10_000 };
const steadyMs = 30_000; // a program that served for so long has earned a quick restart again
const readyDeadlineMs = 30_000; // a slow disk and a cold cache; normally below one second
const stopDeadlineMs = 2_000; // programs promise 3 s at most, and end within tens of milliseconds
const complaintCharsMax = 2_000;
const logBytesMax = 10_485_760; // a log larger than 10 MiB is put aside at the next start
const fileMode = 0o600;

/** One program of the appliance, kept running until it is stopped. */
export class Program {
  readonly #spec: ProgramSpec;
  readonly #around: Surroundings;
  #child: ChildProcess | null = null;
  #restart: Timer | null = null;
  #kept: Readonly<Record<string, string>> = {};
  #stopping = false;
  #failures = 0;
  #startedAtMs = 0;

  constructor(spec: ProgramSpec, around: Surroundings) {
    this.#spec = spec;
    this.#around = around;
  }

  get name(): string {
    return this.#spec.name;
  }

  get processId(): number | null {
    return this.#child?.pid ?? null;
  }

  /**
   * Starts it and resolves when it serves. Rejects with `program-failed` and the program's own
   * sentence when it ends before, or does not serve in time. From then on it is restarted.
   */
  async start(): Promise<ReadyMessage> {
    const ready = await this.#spawn();
    this.#kept = this.#spec.keep?.(ready) ?? {};
    return ready;
  }

  /** Asks it to end, and makes it end when it does not. May be called twice. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#restart?.cancel();
    const child = this.#child;
    if (child === null) return;
    const gone = new Promise<void>((resolve) =>
      child.once("exit", () => {
        resolve();
      }),
    );
    const waitMs = stopDeadlineMs + (this.#spec.drainMs ?? 0);
    const killer = this.#around.clock.after(waitMs, () => child.kill("SIGKILL"));
    child.kill("SIGTERM");
    await gone;
    killer.cancel();
  }

  /** Ends it at once. */
  kill(): void {
    this.#stopping = true;
    this.#restart?.cancel();
    this.#child?.kill("SIGKILL");
  }

  #spawn(): Promise<ReadyMessage> {
    const { name, entry, environment, logFile, nodeArguments = [] } = this.#spec;
    const logTo = openLogFile(logFile);
    const child = spawn(process.execPath, ["--disable-sigusr1", ...nodeArguments, entry], {
      // No variable of ours leaks in by accident: a program gets what it is told.
      env: { ...inherited(), ...environment, ...this.#kept },
      stdio: ["ignore", logTo, "pipe", "ipc"],
      // A group of its own: Ctrl-C reaches the supervisor alone, which ends all in their order.
      detached: true,
    });
    this.#child = child;
    this.#startedAtMs = this.#around.clock.monotonicMs();
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(-complaintCharsMax);
      writeSync(logTo, text);
    });
    return new Promise((resolve, reject) => {
      let served = false;
      const fail = (sentence: string): void => {
        reject(new AppError("program-failed", sentence));
      };
      const deadline = this.#around.clock.after(readyDeadlineMs, () => {
        fail(`${name} did not serve within ${String(readyDeadlineMs / 1_000)} s.`);
        child.kill("SIGKILL");
      });
      child.on("message", (message: unknown) => {
        if (served || !isReady(message)) return;
        served = true;
        deadline.cancel();
        this.#around.log.info({ child: name, processId: child.pid }, "program serves");
        resolve(message);
      });
      child.on("error", (error) => {
        fail(`${name} could not be started: ${error.message}`);
      });
      child.on("close", (code, signal) => {
        deadline.cancel();
        closeSync(logTo);
        this.#child = null;
        const how = signal ?? `exit code ${String(code)}`;
        if (!served) fail(sentenceOf(complaint, `${name} ended with ${how} before it served.`));
        else if (!this.#stopping) this.#died(how);
      });
    });
  }

  #died(how: string): void {
    const { clock, random, log, onDeath } = this.#around;
    if (clock.monotonicMs() - this.#startedAtMs > steadyMs) this.#failures = 0;
    this.#failures += 1;
    const againInMs = retryDelayMs(restartSchedule, this.#failures, random);
    log.warn({ child: this.#spec.name, how, againInMs }, "program died");
    onDeath(this.#spec.name, how, againInMs);
    this.#restart = clock.after(againInMs, () => {
      this.#spawn().catch((error: unknown) => {
        log.error({ child: this.#spec.name, err: error }, "program did not come back");
        if (!this.#stopping) this.#died("failed to start");
      });
    });
  }
}

/** What the program itself complained of, or that it did not say anything. */
function sentenceOf(complaint: string, otherwise: string): string {
  const sentence = complaint.trim();
  return sentence === "" ? otherwise : sentence;
}

function isReady(message: unknown): message is ReadyMessage {
  return typeof message === "object" && message !== null && "event" in message
    ? message.event === "ready"
    : false;
}

/** What a program may see of the supervisor's own environment. */
function inherited(): Record<string, string> {
  const names = ["PATH", "HOME", "TZ", "LANG", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

function openLogFile(file: string): number {
  if (existsSync(file) && statSync(file).size > logBytesMax) renameSync(file, `${file}.1`);
  return openSync(file, "a", fileMode);
}
