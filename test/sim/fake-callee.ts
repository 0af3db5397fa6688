import type { Clock, Random } from "@agentcall/base";
import type { LegRefusal, SipLeg, SipLegHandlers } from "../../apps/gateway/src/sip/sip-leg.ts";
import { anOffer } from "./an-offer.ts";

const ringMs = 12_000; // the world's plans let it ring for ten seconds
const routeMs = 300; // the name of the carrier's server is looked up
const cancelMs = 100; // a round trip to the carrier

/** What it needs of its world. */
type World = {
  readonly clock: Pick<Clock, "monotonicMs">;
  readonly random: Pick<Random, "below">;
  chance(share: number): boolean;
  soon(withinMs: number, run: () => void): void;
};

/** The called party and its carrier, as drachtio shows them: they answer or not, and hang up whenever they like. */
export class FakeCallee implements SipLeg {
  readonly #world: World;
  handlers: SipLegHandlers | null = null;
  state: "waiting" | "called" | "cancelling" | "confirmed" | "over" = "waiting";
  /** By the monotonic clock; null before the ACK of their 200. */
  confirmedAtMs: number | null = null;
  /** How often an INVITE went out. */
  invites = 0;

  constructor(world: World) {
    this.#world = world;
  }

  ring(): void {
    // It rings of itself.
  }

  /** As for a caller, with the same odds. */
  refer(): void {
    if (this.state !== "confirmed" || this.#world.chance(0.1)) return;
    this.#world.soon(500, () => {
      if (this.state !== "confirmed") return;
      this.handlers?.onRefer(this.#world.chance(0.5) ? "accepted" : "refused");
    });
  }

  refuse(): void {
    if (this.state === "waiting") this.state = "over";
  }

  answer(sdp: string): void {
    if (this.state !== "waiting" || sdp === "") return;
    this.invites += 1;
    this.state = "called";
    this.#world.soon(routeMs, () => {
      if (this.state === "called") this.handlers?.onInvited("sip-call@us");
    });
    for (let ring = 0; ring < this.#world.random.below(3); ring += 1) {
      this.#world.soon(2_000, () => {
        if (this.state === "called") this.handlers?.onRinging();
      });
    }
    if (this.#world.chance(0.1)) return; // nobody is at home, and the carrier says nothing of it
    this.#world.soon(ringMs, () => {
      this.#settle();
    });
  }

  hangUp(): void {
    if (this.state === "waiting" || this.state === "confirmed") this.state = "over";
    if (this.state !== "called") return;
    this.state = "cancelling";
    // A 200 that crosses the CANCEL is ended by the leg itself: nothing is told of it.
    this.#world.soon(cancelMs, () => {
      this.state = "over";
    });
  }

  /** The called party declines, or hangs up. */
  leave(): void {
    if (this.state === "called")
      this.#refuse({ sipStatus: 603, q850Cause: 21, isUnreached: false });
    if (this.state !== "confirmed") return;
    this.state = "over";
    this.handlers?.onBye();
  }

  #settle(): void {
    if (this.state !== "called") return;
    const refusal = refusals[this.#world.random.below(4 * refusals.length)];
    if (refusal !== undefined) {
      this.#refuse(refusal);
      return;
    }
    this.state = "confirmed";
    this.handlers?.onAnswered();
    this.confirmedAtMs = this.#world.clock.monotonicMs();
    const isUsable = !this.#world.chance(0.05);
    const codec = this.#world.chance(0.5) ? 8 : 0;
    this.handlers?.onConfirmed(isUsable ? anOffer({ codec }) : "v=0 of nothing");
  }

  #refuse(refusal: LegRefusal): void {
    this.state = "over";
    this.handlers?.onRefused(refusal);
  }
}

const refusals: readonly LegRefusal[] = [
  { sipStatus: 486, q850Cause: null, isUnreached: false },
  { sipStatus: 480, q850Cause: null, isUnreached: false },
  { sipStatus: 404, q850Cause: 1, isUnreached: false },
  { sipStatus: 403, q850Cause: null, isUnreached: false },
  { sipStatus: 503, q850Cause: null, isUnreached: true },
];
