import type { Clock, Log, Random } from "@agentcall/base";
import { type CallId, type EndCause, parseE164, type TrunkId } from "@agentcall/contract";
import { CallDialog } from "./call-dialog.ts";
import { type InviteOutcome, OutgoingInvite, type InviteTarget } from "./outgoing-invite.ts";
import type { SipLeg, SipLegHandlers } from "./sip-leg.ts";
import type { SrfClient } from "./srf.ts";

/** A call that is to be placed by a trunk. */
export type OutboundRequest = {
  readonly callId: CallId;
  readonly trunkId: TrunkId;
  /** Both in E.164. */
  readonly from: string;
  readonly to: string;
};

type OutboundLegOptions = {
  /** The connection to drachtio at this moment, or null. */
  readonly client: () => SrfClient | null;
  readonly callId: CallId;
  readonly targets: () => Promise<readonly InviteTarget[]>;
  readonly sessionTimerSecs: number | null;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onDialog: (dialogId: string) => void;
  readonly onGone: (leg: OutboundLeg) => void;
};

type LegState =
  /** Nothing has been sent. */
  | { readonly kind: "waiting" }
  | { readonly kind: "dialling"; readonly invite: OutgoingInvite }
  | { readonly kind: "confirmed"; readonly dialog: CallDialog; readonly target: InviteTarget }
  | { readonly kind: "gone" };

/** The leg of a call that we place, over drachtio-srf. */
export class OutboundLeg implements SipLeg {
  readonly #options: OutboundLegOptions;
  #handlers: SipLegHandlers | null = null;
  #state: LegState = { kind: "waiting" };

  constructor(options: OutboundLegOptions) {
    this.#options = options;
  }

  /** From now on these are told what happens. */
  attach(handlers: SipLegHandlers): void {
    this.#handlers = handlers;
  }

  /** It rings at the other side, of itself. */
  ring(): void {
    // Nothing is to be sent.
  }

  /** The call does not come about: nobody was called. */
  refuse(): void {
    if (this.#state.kind === "waiting") this.#leave();
  }

  /** Sends the INVITE with this offer. `onRinging`, `onAnswered` or `onRefused` follow. */
  answer(sdp: string): void {
    if (this.#state.kind !== "waiting") return;
    const { targets } = this.#options;
    const client = this.#options.client();
    if (client === null) {
      this.#handlers?.onRefused({ sipStatus: 503, q850Cause: null, isUnreached: true });
      this.#leave();
      return;
    }
    const invite = new OutgoingInvite({
      ...this.#options,
      client,
      targets: targets(),
      sdp,
      onSent: (sipCallId) => {
        this.#handlers?.onInvited(sipCallId);
      },
      onRinging: () => {
        this.#handlers?.onRinging();
      },
      onOutcome: (outcome) => {
        this.#onOutcome(outcome);
      },
      onGone: () => {
        if (this.#state.kind === "dialling") this.#leave();
      },
    });
    this.#state = { kind: "dialling", invite };
    invite.start();
  }

  /** A number is reached as the called party was: by the same server of the trunk. */
  refer(to: string): void {
    if (this.#state.kind !== "confirmed" || this.#handlers === null) return;
    const { dialog, target } = this.#state;
    dialog.refer(parseE164(to) === null ? to : target.uriOf(to), this.#handlers);
  }

  hangUp(cause: EndCause): void {
    switch (this.#state.kind) {
      case "waiting":
        this.#leave();
        return;
      case "dialling":
        this.#state.invite.cancel();
        return;
      case "confirmed":
        this.#state.dialog.end(cause);
        return;
      case "gone":
        return;
    }
  }

  /** Forgets the leg, because the connection to drachtio is being closed. */
  abandon(): void {
    if (this.#state.kind === "dialling") this.#state.invite.abandon();
    else if (this.#state.kind === "confirmed") this.#state.dialog.abandon();
    else this.#leave();
  }

  #onOutcome(outcome: InviteOutcome): void {
    if (outcome.kind === "refused") {
      this.#handlers?.onRefused(outcome);
      return; // the leg is gone as soon as drachtio holds nothing of it
    }
    const { dialog: standing, target } = outcome;
    const dialog = new CallDialog({
      ...this.#options,
      dialog: standing,
      onGone: () => {
        this.#leave();
      },
    });
    this.#state = { kind: "confirmed", dialog, target };
    this.#options.onDialog(standing.id);
    if (this.#handlers === null) return;
    dialog.attach(this.#handlers);
    this.#handlers.onAnswered();
    this.#handlers.onConfirmed(standing.remote.sdp); // the library has sent the ACK
  }

  #leave(): void {
    if (this.#state.kind === "gone") return;
    this.#state = { kind: "gone" };
    this.#options.onGone(this);
  }
}
