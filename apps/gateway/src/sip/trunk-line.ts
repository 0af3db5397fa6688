import type { Clock, Log, Random, Timer } from "@agentcall/base";
import type { TrunkPlan, TrunkReport } from "@agentcall/contract";
import { askOptions } from "./keep-alive.ts";
import { Registration, type RegistrationResult } from "./registration.ts";
import { type Resolver, resolveServers, type SipTarget, targetText } from "./server-addresses.ts";
import type { SendRequest } from "./sip-request.ts";

export type TrunkLineOptions = {
  readonly plan: TrunkPlan;
  readonly send: SendRequest;
  readonly ourHostPort: () => string | null;
  readonly resolver: Resolver;
  readonly onReport: (report: TrunkReport) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

const lookUpAgainMs = 300_000; // a carrier that moves says so in the DNS some time before
const lookUpRetryMs = 10_000;
const byeMsMax = 1_000; // for taking a registration back: a stop is not held up by a carrier that is away

type KeepAliveReport = NonNullable<TrunkReport["keepAlive"]>;

/**
 * What is done for one trunk all the time: its servers are looked up, it is registered and asked
 * whether it is there, and when a server does not answer the next one is tried.
 */
export class TrunkLine {
  readonly #options: TrunkLineOptions;
  readonly #registration: Registration | null;
  readonly #timers = new Map<"look-up" | "register" | "keep-alive", Timer>();
  #targets: readonly SipTarget[] = [];
  #current = 0;
  #failures: readonly string[] = [];
  #registered: RegistrationResult | null = null;
  #keepAlive: KeepAliveReport | null = null;
  #closed = false;
  #last: TrunkReport | null = null;

  constructor(options: TrunkLineOptions) {
    this.#options = options;
    this.#registration = options.plan.registration === null ? null : new Registration(options);
  }

  /** Where calls of this trunk go first, and where when that fails. */
  get targets(): readonly SipTarget[] {
    return [...this.#targets.slice(this.#current), ...this.#targets.slice(0, this.#current)];
  }

  start(): void {
    const { plan } = this.#options;
    if (plan.servers.length === 0 && plan.outboundProxy === null) {
      this.#tell();
      return;
    }
    void this.#lookUp();
  }

  /** Tells how the trunk fares again, though nothing has changed. */
  repeat(): void {
    this.#last = null;
    this.#tell();
  }

  /** Stops, and takes the registration back. May be called twice. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    const target = this.#targets[this.#current];
    if (this.#registered?.report.state !== "registered" || target === undefined) return;
    await this.#withinMoment(this.#registration?.remove(target));
  }

  async #lookUp(): Promise<void> {
    const { plan, resolver, random } = this.#options;
    const servers = plan.outboundProxy === null ? plan.servers : [plan.outboundProxy];
    const { targets, failures } = await resolveServers(servers, plan.transport, resolver, random);
    if (this.#closed) return;
    const current = this.#targets[this.#current];
    const isFirst = this.#targets.length === 0;
    this.#failures = failures;
    if (targets.length > 0) {
      this.#targets = targets;
      const kept = targets.findIndex(
        (target) => current !== undefined && targetText(target) === targetText(current),
      );
      this.#current = Math.max(0, kept);
      if (isFirst) {
        void this.#register();
        void this.#askAround();
      }
    }
    this.#tell();
    this.#after("look-up", failures.length > 0 ? lookUpRetryMs : lookUpAgainMs, () =>
      this.#lookUp(),
    );
  }

  async #register(): Promise<void> {
    const registration = this.#registration;
    if (registration === null) return;
    let triesLeft = this.#targets.length;
    while (triesLeft > 0) {
      triesLeft -= 1;
      const target = this.#targets[this.#current];
      if (target === undefined || this.#closed) return;
      const result = await registration.refresh(target);
      if (this.#isOver()) return;
      this.#registered = result;
      if (!result.tryNextServer) break;
      this.#useNext();
    }
    this.#tell();
    this.#after("register", this.#registered?.nextInMs ?? lookUpRetryMs, () => this.#register());
  }

  /** Asks the server in use; one that does not answer is asked once more, or the others in its place. */
  async #askAround(): Promise<void> {
    const { plan, send, random } = this.#options;
    if (plan.keepAlive === null) return;
    const before = this.#targets[this.#current];
    const triesMax = Math.max(2, this.#targets.length);
    let isSent = true;
    let found: KeepAliveReport = { state: "unanswered", roundTripMs: null };
    for (let tries = 0; tries < triesMax && found.state !== "answered" && isSent; tries += 1) {
      const target = this.#targets[this.#current];
      if (target === undefined || this.#closed) return;
      const answer = await askOptions(target, send, random);
      if (this.#isOver()) return;
      isSent = answer.kind !== "unsent";
      if (answer.kind === "answered") {
        found = { state: "answered", roundTripMs: Math.round(answer.roundTripMs) };
      } else if (isSent) this.#useNext();
    }
    this.#keepAlive = isSent ? found : { state: "trying", roundTripMs: null };
    this.#tell();
    const hasMoved = found.state === "answered" && this.#targets[this.#current] !== before;
    if (hasMoved) void this.#register(); // what was registered at the former server is of no use
    this.#after("keep-alive", plan.keepAlive.everySecs * 1_000, () => this.#askAround());
  }

  #useNext(): void {
    this.#current = this.#targets.length === 0 ? 0 : (this.#current + 1) % this.#targets.length;
  }

  /** Another look after an await: it may have been closed meanwhile. */
  #isOver(): boolean {
    return this.#closed;
  }

  #after(
    name: "look-up" | "register" | "keep-alive",
    delayMs: number,
    run: () => Promise<void>,
  ): void {
    this.#timers.get(name)?.cancel();
    const timer = this.#options.clock.after(delayMs, () => {
      void run();
    });
    this.#timers.set(name, timer);
  }

  #tell(): void {
    if (this.#closed) return;
    const { plan, onReport, log } = this.#options;
    const target = this.#targets[this.#current];
    const report = reportOf({
      plan,
      failures: this.#targets.length === 0 ? this.#failures : [],
      server: target === undefined ? null : targetText(target),
      registered: this.#registered,
      keepAlive: this.#keepAlive,
    });
    const before = this.#last;
    if (JSON.stringify(report) === JSON.stringify(before)) return;
    this.#last = report;
    const { state, message } = report;
    if (state !== before?.state) log.info({ trunkId: plan.trunkId, state, message }, "trunk state");
    onReport(report);
  }

  async #withinMoment(work: Promise<void> | undefined): Promise<void> {
    const moment = Promise.withResolvers<undefined>();
    const timer = this.#options.clock.after(byeMsMax, () => {
      moment.resolve(undefined);
    });
    await Promise.race([work, moment.promise]);
    timer.cancel();
  }
}

/** How a trunk fares, from what is known of it. */
function reportOf(known: {
  readonly plan: TrunkPlan;
  /** Names that could not be looked up, when no server is known. */
  readonly failures: readonly string[];
  readonly server: string | null;
  readonly registered: RegistrationResult | null;
  readonly keepAlive: KeepAliveReport | null;
}): TrunkReport {
  const { plan, failures, server, registered, keepAlive } = known;
  const facts = {
    server,
    registration: plan.registration === null ? null : (registered?.report ?? trying),
    keepAlive: plan.keepAlive === null || server === null ? null : (keepAlive ?? asking),
  };
  const says = (state: TrunkReport["state"], message: string): TrunkReport => ({
    state,
    message,
    ...facts,
  });
  const hasServers = plan.servers.length > 0 || plan.outboundProxy !== null;
  if (!hasServers) return says("up", "The trunk takes calls; it has no server to ask.");
  if (failures.length > 0) {
    return says("down", `The name ${failures.join(", ")} could not be looked up in the DNS.`);
  }
  if (plan.registration !== null && plan.credentials === null) {
    return says("down", "The password of the trunk cannot be opened: is the vault sealed?");
  }
  if (registered?.report.state === "failed") return says("down", registered.message);
  if (keepAlive?.state === "unanswered") {
    return says("down", "The carrier does not answer OPTIONS at any of its addresses.");
  }
  const isRegistered = plan.registration === null || registered !== null;
  const isAnswered = plan.keepAlive === null || keepAlive?.state === "answered";
  if (!isRegistered || !isAnswered) return says("unknown", "The carrier is being asked.");
  if (registered !== null) return says("up", "The trunk is registered.");
  if (plan.keepAlive !== null) return says("up", "The carrier answers.");
  return says("up", "Nothing asks the carrier: the trunk neither registers nor keeps alive.");
}

const trying = { state: "trying", sipStatus: null, expiresAtMs: null } as const;
const asking = { state: "trying", roundTripMs: null } as const;
