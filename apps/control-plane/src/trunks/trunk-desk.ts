import { AppError, type Clock, type Log, newId, type Random, type Timer } from "@agentcall/base";
import type {
  ControlFrame,
  TrunkId,
  TrunkReport,
  TrunkState,
  TrunkStatusView,
  TrunkTestLine,
} from "@agentcall/contract";
import type { Actor } from "../audit/audit-log.ts";
import type { EventStream } from "../events/event-stream.ts";
import { type Trunk, trunkNotes } from "./trunk.ts";
import type { TrunkCapacity } from "./trunk-capacity.ts";
import type { TrunkStore } from "./trunk-store.ts";

export type TrunkDeskOptions = {
  readonly trunks: TrunkStore;
  readonly capacity: TrunkCapacity;
  readonly stream: EventStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** One gateway, as far as trunks concern it. */
export type TrunkGateway = {
  readonly gatewayId: string;
  send(frame: ControlFrame): void;
};

type Known = { readonly report: TrunkReport; readonly sinceMs: number };

type PendingTest = {
  readonly timer: Timer;
  readonly resolve: (lines: readonly TrunkTestLine[]) => void;
  readonly reject: (error: AppError) => void;
};

const nonceKeyBytes = 32;
const testMsMax = 60_000; // eight servers at a few seconds each, and a REGISTER

/**
 * Tells gateways the trunks, hears how they fare, and has them tested. The gateway that came first
 * leads: it alone registers and asks carriers how they are, until it leaves.
 */
export class TrunkDesk {
  readonly #options: TrunkDeskOptions;
  /** In the order in which they came. */
  readonly #gateways = new Set<TrunkGateway>();
  readonly #known = new Map<TrunkId, Known>();
  readonly #tests = new Map<string, PendingTest>();
  readonly #nonceKey: string;
  #telling: Promise<void> = Promise.resolve();

  constructor(options: TrunkDeskOptions) {
    this.#options = options;
    this.#nonceKey = Buffer.from(options.random.bytes(nonceKeyBytes)).toString("base64");
  }

  onGatewayWelcomed(gateway: TrunkGateway): void {
    this.#gateways.add(gateway);
    this.#tell([gateway]);
  }

  /** It goes to the end of the row: another one registers with the carriers and asks how they are. */
  onGatewayDraining(gateway: TrunkGateway): void {
    const leader = this.#leader;
    if (!this.#gateways.delete(gateway)) return;
    this.#gateways.add(gateway);
    const next = this.#leader;
    if (leader === gateway && next !== null && next !== gateway) this.#tell([gateway, next]);
  }

  onGatewayLeft(gateway: TrunkGateway): void {
    const leader = this.#leader;
    this.#gateways.delete(gateway);
    if (leader !== gateway) return;
    const [next] = this.#gateways;
    if (next === undefined) this.#known.clear();
    else this.#tell([next]);
  }

  /** A trunk was made, changed or deleted. */
  changed(): void {
    this.#tell([...this.#gateways]);
  }

  onReport(gateway: TrunkGateway, trunkId: TrunkId, report: TrunkReport): void {
    if (gateway !== this.#leader) return; // it led a moment ago
    const { stream, clock } = this.#options;
    const before = this.#known.get(trunkId);
    const isSame = before?.report.state === report.state;
    this.#known.set(trunkId, { report, sinceMs: isSame ? before.sinceMs : clock.nowMs() });
    if (isSame && before.report.message === report.message) return;
    const { state, message, server } = report;
    stream.publish("trunk.status", { trunkId, state, message, server });
  }

  stateOf({ id, settings }: Trunk): TrunkState {
    if (!settings.enabled) return "off";
    return this.#known.get(id)?.report.state ?? "unknown";
  }

  statusOf(trunk: Trunk): TrunkStatusView {
    const known = trunk.settings.enabled ? this.#known.get(trunk.id) : undefined;
    const registration = known?.report.registration ?? null;
    return {
      trunkId: trunk.id,
      state: this.stateOf(trunk),
      message: known?.report.message ?? this.#silence(trunk),
      since: known === undefined ? null : new Date(known.sinceMs).toISOString(),
      server: known?.report.server ?? null,
      registration:
        registration === null
          ? null
          : {
              state: registration.state,
              sipStatus: registration.sipStatus,
              expiresAt:
                registration.expiresAtMs === null
                  ? null
                  : new Date(registration.expiresAtMs).toISOString(),
            },
      keepAlive: known?.report.keepAlive ?? null,
      callsInProgress: this.#options.capacity.callsOf(trunk.id),
      notes: [...trunkNotes(trunk.settings)],
    };
  }

  /** Has the leading gateway test a trunk. Rejects with `voice_ai_unavailable` when none answers. */
  async test(trunk: Trunk, actor: Actor): Promise<readonly TrunkTestLine[]> {
    const { trunks, clock, random } = this.#options;
    const plan = await trunks.planFor(trunk, actor);
    const gateway = this.#leader;
    if (gateway === null) throw unavailable("No gateway is connected that could test the trunk.");
    const testId = newId("test", random);
    return new Promise((resolve, reject) => {
      const timer = clock.after(testMsMax, () => {
        this.#tests.delete(testId);
        reject(unavailable("The gateway did not finish the test in time."));
      });
      this.#tests.set(testId, { timer, resolve, reject });
      gateway.send({ kind: "trunk.test", testId, trunk: plan });
    });
  }

  onTested(testId: string, lines: readonly TrunkTestLine[]): void {
    const test = this.#tests.get(testId);
    if (test === undefined) return; // too late
    this.#tests.delete(testId);
    test.timer.cancel();
    test.resolve(lines);
  }

  /** May be called twice. */
  close(): void {
    for (const { timer, reject } of this.#tests.values()) {
      timer.cancel();
      reject(unavailable("The appliance is being stopped."));
    }
    this.#tests.clear();
  }

  get #leader(): TrunkGateway | null {
    const [first] = this.#gateways;
    return first ?? null;
  }

  #silence({ settings }: Trunk): string {
    if (!settings.enabled) return "The trunk is switched off.";
    if (this.#leader === null) return "No gateway is connected: nothing is known of the trunk.";
    return "The gateway has not told anything of this trunk yet.";
  }

  /** One after the other, each with the trunks as they are then: the last that is told is the latest. */
  #tell(gateways: readonly TrunkGateway[]): void {
    const { trunks, log } = this.#options;
    this.#telling = this.#telling.then(async () => {
      for (const gateway of gateways) {
        if (!this.#gateways.has(gateway)) continue;
        try {
          const plans = await trunks.plansFor(gateway.gatewayId);
          const leads = gateway === this.#leader;
          gateway.send({ kind: "trunks", trunks: [...plans], leads, nonceKey: this.#nonceKey });
          this.#forgetOthers(new Set(plans.map(({ trunkId }) => trunkId)));
        } catch (error) {
          log.error({ gatewayId: gateway.gatewayId, err: error }, "a gateway got no trunks");
        }
      }
    });
  }

  #forgetOthers(present: ReadonlySet<TrunkId>): void {
    for (const trunkId of this.#known.keys()) {
      if (!present.has(trunkId)) this.#known.delete(trunkId);
    }
  }
}

function unavailable(message: string): AppError {
  return new AppError("voice_ai_unavailable", message);
}
