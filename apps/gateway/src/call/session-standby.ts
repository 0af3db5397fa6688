import type { Clock } from "@agentcall/base";
import type { SessionReport } from "@agentcall/realtime";
import type { ModelSession } from "./call-ports.ts";

/** Where the session that is to take over stands. */
type StandbyState =
  | { readonly kind: "none" }
  | { readonly kind: "opening"; readonly session: ModelSession }
  | { readonly kind: "ready"; readonly session: ModelSession };

type StandbyOptions = {
  readonly clock: Clock;
  /** The present session is replaced when it has lasted so long. */
  readonly replaceAfterMs: number;
  /** Makes a session whose reports are given to `hears`. */
  readonly make: () => ModelSession;
};

const retryAfterMs = 30_000; // five minutes are left when the first attempt is made

/**
 * Opens another session ahead of the provider's limit of an hour, and holds it ready for a quiet
 * moment. When it cannot be had, it is tried again; the present session goes on meanwhile.
 */
export class SessionStandby {
  readonly #options: StandbyOptions;
  #state: StandbyState = { kind: "none" };
  #dueAtMs: number;

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.#dueAtMs = options.clock.monotonicMs() + options.replaceAfterMs;
  }

  /** Looked at from time to time. What is returned is ready to take over now. */
  take(isQuiet: boolean): ModelSession | null {
    const { clock, replaceAfterMs } = this.#options;
    if (this.#state.kind === "none") {
      if (clock.monotonicMs() >= this.#dueAtMs) this.#open();
      return null;
    }
    if (this.#state.kind !== "ready" || !isQuiet) return null;
    const { session } = this.#state;
    this.#state = { kind: "none" };
    this.#dueAtMs = clock.monotonicMs() + replaceAfterMs;
    return session;
  }

  /** Another session has come into use: its hour begins now. */
  restart(): void {
    this.close();
    this.#dueAtMs = this.#options.clock.monotonicMs() + this.#options.replaceAfterMs;
  }

  /** Takes what the session in waiting reports; what another one reports is nothing here. */
  hears(session: ModelSession, report: SessionReport): void {
    if (this.#state.kind === "none" || this.#state.session !== session) return;
    if (report.kind === "ready") this.#state = { kind: "ready", session };
    else if (report.kind === "failed" || report.kind === "closed") {
      this.#tryLater();
    }
  }

  /** May be called twice. */
  close(): void {
    if (this.#state.kind !== "none") this.#state.session.close();
    this.#state = { kind: "none" };
  }

  #open(): void {
    const session = this.#options.make();
    this.#state = { kind: "opening", session };
    session.open();
  }

  #tryLater(): void {
    this.#state = { kind: "none" };
    this.#dueAtMs = this.#options.clock.monotonicMs() + retryAfterMs;
  }
}
