import type { Clock, Log, Random } from "@agentcall/base";
import type { DialRequest, FarLeg, FarLegHandlers } from "../call/call-ports.ts";
import { CallDialog } from "./call-dialog.ts";
import { type InviteOutcome, type InviteTarget, OutgoingInvite } from "./outgoing-invite.ts";
import type { SrfClient } from "./srf.ts";

type FarCallOptions = {
  readonly client: SrfClient;
  readonly request: DialRequest;
  readonly targets: Promise<readonly InviteTarget[]>;
  readonly handlers: FarLegHandlers;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Told of the dialog once it stands, by its id at drachtio. */
  readonly onDialog: (dialogId: string) => void;
  /** Told once, when drachtio holds nothing of this leg any more. */
  readonly onGone: (call: FarCall) => void;
};

type FarState =
  | { readonly kind: "dialling" }
  | { readonly kind: "confirmed"; readonly dialog: CallDialog }
  | { readonly kind: "gone" };

/** Our leg to the party to whom a caller is handed over. */
export class FarCall implements FarLeg {
  readonly #options: FarCallOptions;
  readonly #invite: OutgoingInvite;
  #state: FarState = { kind: "dialling" };

  constructor(options: FarCallOptions) {
    this.#options = options;
    const { callId, sdp } = options.request;
    this.#invite = new OutgoingInvite({
      ...options,
      callId,
      sdp,
      onSent: () => undefined,
      onRinging: () => undefined,
      onOutcome: (outcome) => {
        this.#onOutcome(outcome);
      },
      onGone: () => {
        if (this.#state.kind === "dialling") this.#leave();
      },
    });
  }

  /** Sends the INVITE. Failures are told by `onFailed`. */
  dial(): void {
    this.#invite.start();
  }

  hangUp(): void {
    if (this.#state.kind === "dialling") this.#invite.cancel();
    if (this.#state.kind === "confirmed") this.#state.dialog.end("caller_hung_up");
  }

  /** Forgets the leg, because the connection to drachtio is being closed. */
  abandon(): void {
    if (this.#state.kind === "dialling") this.#invite.abandon();
    if (this.#state.kind === "confirmed") this.#state.dialog.abandon();
  }

  #onOutcome(outcome: InviteOutcome): void {
    const { request, handlers, onDialog } = this.#options;
    if (outcome.kind === "refused") {
      handlers.onFailed(outcome.sipStatus);
      return;
    }
    const { dialog } = outcome;
    const standing = new CallDialog({
      ...this.#options,
      dialog,
      callId: request.callId,
      sessionTimerSecs: null,
      onGone: () => {
        this.#leave();
      },
    });
    this.#state = { kind: "confirmed", dialog: standing };
    onDialog(dialog.id);
    dialog.on("destroy", () => {
      if (this.#state.kind !== "confirmed" || standing.isEnding) return;
      standing.abandon();
      handlers.onHungUp();
    });
    handlers.onAnswered(dialog.remote.sdp);
  }

  #leave(): void {
    if (this.#state.kind === "gone") return;
    this.#state = { kind: "gone" };
    this.#options.onGone(this);
  }
}
