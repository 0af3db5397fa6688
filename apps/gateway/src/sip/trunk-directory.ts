import type { Clock, Log, Random } from "@agentcall/base";
import {
  type IpRange,
  ipRangeHolds,
  parseIpRange,
  type TrunkId,
  type TrunkPlan,
  type TrunkReport,
} from "@agentcall/contract";
import { DigestGuard } from "./digest-guard.ts";
import { type RegisterAnswer, Registrar } from "./registrar.ts";
import { type Resolver, resolveServers, type SipTarget, targetText } from "./server-addresses.ts";
import type { SendRequest } from "./sip-request.ts";
import type { SrfMessage } from "./srf.ts";
import { TrunkLine } from "./trunk-line.ts";

/** What the control plane tells of the trunks. */
export type TrunkNews = {
  readonly trunks: readonly TrunkPlan[];
  readonly leads: boolean;
  readonly nonceKey: string;
};

export type TrunkDirectoryOptions = {
  readonly send: SendRequest;
  /** Our own `address:port` for Contact, in the view of a trunk's carrier; null while not known. */
  readonly ourHostPort: (plan: TrunkPlan) => string | null;
  readonly onReport: (trunkId: TrunkId, report: TrunkReport) => void;
  readonly resolver: Resolver;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

type Known = {
  readonly plan: TrunkPlan;
  readonly text: string;
  readonly ranges: readonly IpRange[];
  /** Of its servers, once they were looked up. */
  serverAddresses: ReadonlySet<string>;
  line: TrunkLine | null;
};

/** The trunks as this gateway knows them: whose calls are whose, and where calls go. */
export class TrunkDirectory {
  readonly #options: TrunkDirectoryOptions;
  readonly #trunks = new Map<TrunkId, Known>();
  readonly #registrar: Registrar;
  #guard: { readonly nonceKey: string; readonly digest: DigestGuard } | null = null;
  #closed = false;
  #onceTold: (() => void) | null = null;
  /** Resolves when the control plane has told the trunks for the first time. */
  readonly ready: Promise<void>;

  constructor(options: TrunkDirectoryOptions) {
    this.#options = options;
    this.#registrar = new Registrar({
      clock: options.clock,
      onChange: (trunkId) => {
        this.#tellRegistered(trunkId);
      },
    });
    this.ready = new Promise((resolve) => {
      this.#onceTold = resolve;
    });
  }

  /** False until the control plane has told the trunks: until then nobody is a stranger. */
  get isTold(): boolean {
    return this.#guard !== null;
  }

  /** Takes over what the control plane tells. Lines of trunks that have not changed go on. */
  apply({ trunks, leads, nonceKey }: TrunkNews): void {
    if (this.#closed) return;
    const { clock, random, log } = this.#options;
    const enabled = new Map(
      trunks.filter((plan) => plan.enabled).map((plan) => [plan.trunkId, plan]),
    );
    for (const [trunkId, known] of this.#trunks) {
      const isSame = JSON.stringify(enabled.get(trunkId)) === known.text;
      if (isSame) continue;
      void known.line?.close();
      this.#trunks.delete(trunkId);
      const digest = enabled.get(trunkId)?.inbound.digest ?? null;
      const isSameDigest = JSON.stringify(digest) === JSON.stringify(known.plan.inbound.digest);
      if (!isSameDigest) this.#registrar.forget(trunkId);
    }
    for (const plan of enabled.values()) this.#carry(plan, leads);
    if (this.#guard?.nonceKey !== nonceKey) {
      const digest = new DigestGuard(Buffer.from(nonceKey, "base64"), clock, random);
      this.#guard = { nonceKey, digest };
    }
    log.info({ trunks: this.#trunks.size, leads }, "trunks were told");
    this.#onceTold?.();
  }

  /** The trunk whose addresses hold this one, the narrowest range first; null for a stranger. */
  byAddress(address: string): TrunkPlan | null {
    let best: { readonly plan: TrunkPlan; readonly prefixBits: number } | null = null;
    for (const { plan, ranges, serverAddresses } of this.#trunks.values()) {
      const held = ranges.filter((range) => ipRangeHolds(range, address));
      const widths = held.map(({ prefixBits }) => prefixBits);
      if (serverAddresses.has(address)) widths.push(128);
      const prefixBits = Math.max(-1, ...widths);
      if (prefixBits > (best?.prefixBits ?? -1)) best = { plan, prefixBits };
    }
    return best?.plan ?? null;
  }

  /** The trunk with this id as far as it is carried out; null where it is not. */
  byId(trunkId: TrunkId): TrunkPlan | null {
    return this.#trunks.get(trunkId)?.plan ?? null;
  }

  carries(trunkId: string): boolean {
    return [...this.#trunks.keys()].some((each) => each === trunkId);
  }

  byDigestName(username: string): TrunkPlan | null {
    for (const { plan } of this.#trunks.values()) {
      if (plan.inbound.digest?.username === username) return plan;
    }
    return null;
  }

  /** Takes the REGISTER of whoever has proved to be this name. Null where no trunk has it any more. */
  register(username: string, request: SrfMessage): RegisterAnswer | null {
    const plan = this.byDigestName(username);
    return plan === null ? null : this.#registrar.take(plan.trunkId, request);
  }

  /** What challenges callers, when a trunk has a password for them; else null. */
  get digest(): DigestGuard | null {
    const isAsked = [...this.#trunks.values()].some(({ plan }) => plan.inbound.digest !== null);
    return isAsked ? (this.#guard?.digest ?? null) : null;
  }

  /**
   * The trunk and the servers for a call that goes out, in the order to be tried: who is registered
   * there first. Null for a trunk that is not there or has no place that can be reached.
   */
  async route(
    trunkId: TrunkId,
  ): Promise<{ readonly plan: TrunkPlan; readonly targets: readonly SipTarget[] } | null> {
    const known = this.#trunks.get(trunkId);
    if (known === undefined) return null;
    const { plan, line } = known;
    const registered = this.#registrar.targetsOf(trunkId);
    const present = line?.targets ?? [];
    const servers = present.length > 0 ? present : await this.#lookUp(plan);
    const targets = [...registered, ...servers];
    return targets.length === 0 ? null : { plan, targets };
  }

  /** Takes registrations back. May be called twice. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#registrar.close();
    const lines = [...this.#trunks.values()].flatMap(({ line }) => line ?? []);
    await Promise.all(lines.map((line) => line.close()));
  }

  #carry(plan: TrunkPlan, leads: boolean): void {
    const present = this.#trunks.get(plan.trunkId);
    const known = present ?? this.#added(plan);
    if (!leads) {
      void known.line?.close();
      known.line = null;
    } else if (known.line === null) {
      known.line = this.#lineOf(plan);
      known.line.start();
    } else known.line.repeat();
  }

  /** Of a trunk that has servers its line tells. */
  #tellRegistered(trunkId: TrunkId): void {
    const plan = this.#trunks.get(trunkId)?.plan;
    if (plan === undefined || plan.servers.length > 0 || plan.outboundProxy !== null) return;
    const [newest] = this.#registrar.targetsOf(trunkId);
    const server = newest === undefined ? null : targetText(newest);
    const message =
      server === null
        ? "Nobody is registered at the trunk any more: it takes calls and makes none."
        : `A telephone or PBX is registered from ${server}: calls go there.`;
    const report = { state: "up", message, server, registration: null, keepAlive: null } as const;
    this.#options.onReport(trunkId, report);
  }

  #added(plan: TrunkPlan): Known {
    const ranges = plan.inbound.addresses.flatMap((text) => parseIpRange(text) ?? []);
    const known: Known = {
      plan,
      text: JSON.stringify(plan),
      ranges,
      serverAddresses: new Set(),
      line: null,
    };
    this.#trunks.set(plan.trunkId, known);
    if (plan.inbound.fromServers) void this.#learnServers(known);
    return known;
  }

  async #learnServers(known: Known): Promise<void> {
    const targets = await this.#lookUp(known.plan);
    known.serverAddresses = new Set(targets.map(({ address }) => address));
  }

  async #lookUp({ servers, outboundProxy, transport }: TrunkPlan): Promise<readonly SipTarget[]> {
    const { resolver, random } = this.#options;
    const asked = outboundProxy === null ? servers : [outboundProxy];
    return (await resolveServers(asked, transport, resolver, random)).targets;
  }

  #lineOf(plan: TrunkPlan): TrunkLine {
    const { send, ourHostPort, onReport, ...around } = this.#options;
    return new TrunkLine({
      plan,
      send,
      ourHostPort: () => ourHostPort(plan),
      onReport: (report) => {
        onReport(plan.trunkId, report);
      },
      ...around,
    });
  }
}
