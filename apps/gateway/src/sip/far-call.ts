import type { Clock, Log, Timer } from "@agentcall/base";
import { parseE164 } from "@agentcall/contract";
import type { DialRequest, FarLeg, FarLegHandlers } from "../call/call-ports.ts";
import type { SrfClient, SrfDialog, SrfOwnRequest } from "./srf.ts";
import { targetUri } from "./target-uri.ts";

type FarCallOptions = {
  readonly client: SrfClient;
  readonly request: DialRequest;
  readonly handlers: FarLegHandlers;
  readonly clock: Clock;
  readonly log: Log;
  /** Told once, when drachtio holds nothing of this leg any more. */
  readonly onGone: (call: FarCall) => void;
};

type FarState =
  /** `request` is there as soon as drachtio has sent the INVITE. */
  | {
      readonly kind: "dialling";
      readonly request: SrfOwnRequest | null;
      readonly isUnwanted: boolean;
    }
  | { readonly kind: "confirmed"; readonly dialog: SrfDialog }
  | { readonly kind: "leaving" }
  | { readonly kind: "gone" };

const anonymous = "anonymous"; // RFC 3323 section 4.1.1.3
const unansweredStatus = 408;
// drachtio gives an INVITE or a BYE up itself after 32 s; when even that is not told, its connection is dead.
const leaveMsMax = 33_000;

/** Our leg to the party to whom a caller is handed over. */
export class FarCall implements FarLeg {
  readonly #options: FarCallOptions;
  #state: FarState = { kind: "dialling", request: null, isUnwanted: false };
  #timer: Timer | null = null;

  constructor(options: FarCallOptions) {
    this.#options = options;
  }

  /** Sends the INVITE. Failures are told by `onFailed`. */
  dial(): void {
    const { client, request } = this.#options;
    const { callId, to, invite, sdp } = request;
    const callingNumber = parseE164(invite.from) ?? anonymous;
    try {
      client.createUAC(
        targetUri(to, invite),
        { localSdp: sdp, callingNumber, headers: { "X-AgentCall-Call-Id": callId } },
        {
          cbRequest: (_error, sent) => {
            this.#onSent(sent);
          },
        },
        (error, dialog) => {
          this.#onOutcome(error, dialog);
        },
      );
    } catch (error) {
      this.#onOutcome(error, undefined);
    }
  }

  hangUp(): void {
    switch (this.#state.kind) {
      case "dialling":
        if (this.#state.isUnwanted) return;
        this.#state = { ...this.#state, isUnwanted: true };
        this.#leaveInTime();
        this.#cancel();
        return;
      case "confirmed":
        this.#bye(this.#state.dialog);
        return;
      case "leaving":
      case "gone":
        return;
    }
  }

  /** Forgets the leg, because the connection to drachtio is being closed. */
  abandon(): void {
    this.#leave();
  }

  #onSent(request: SrfOwnRequest | undefined): void {
    if (this.#state.kind !== "dialling" || request === undefined) return;
    this.#state = { ...this.#state, request };
    if (this.#state.isUnwanted) this.#cancel();
  }

  #cancel(): void {
    if (this.#state.kind !== "dialling") return;
    this.#guarded("CANCEL", () => {
      if (this.#state.kind === "dialling") this.#state.request?.cancel(() => undefined);
    });
  }

  #onOutcome(error: unknown, dialog: SrfDialog | undefined): void {
    if (this.#state.kind !== "dialling") {
      if (dialog !== undefined) this.#bye(dialog);
      return;
    }
    const { isUnwanted } = this.#state;
    if (dialog === undefined) {
      this.#leave();
      if (!isUnwanted) this.#options.handlers.onFailed(statusOf(error));
      return;
    }
    // The answer crossed our CANCEL: the dialog it made is ended.
    if (isUnwanted) {
      this.#bye(dialog);
      return;
    }
    this.#state = { kind: "confirmed", dialog };
    dialog.on("destroy", () => {
      if (this.#state.kind !== "confirmed") return;
      this.#leave();
      this.#options.handlers.onHungUp();
    });
    this.#options.handlers.onAnswered(dialog.remote.sdp);
  }

  #bye(dialog: SrfDialog): void {
    this.#state = { kind: "leaving" };
    this.#leaveInTime();
    try {
      dialog.destroy({ headers: {} }, () => {
        this.#leave();
      });
    } catch (error) {
      this.#logFailure("BYE", error);
      this.#leave();
    }
  }

  #leaveInTime(): void {
    this.#timer ??= this.#options.clock.after(leaveMsMax, () => {
      this.#leave();
    });
  }

  #leave(): void {
    if (this.#state.kind === "gone") return;
    this.#state = { kind: "gone" };
    this.#timer?.cancel();
    this.#timer = null;
    this.#options.onGone(this);
  }

  /** The library throws when drachtio is not connected: the call then ends by its own time limits. */
  #guarded(what: string, send: () => void): void {
    try {
      send();
    } catch (error) {
      this.#logFailure(what, error);
    }
  }

  #logFailure(what: string, error: unknown): void {
    const { log, request } = this.#options;
    log.warn({ callId: request.callId, what, err: error }, "a SIP message could not be sent");
  }
}

/** The library's errors bear the status of the refusal. */
function statusOf(error: unknown): number {
  const hasStatus = typeof error === "object" && error !== null && "status" in error;
  return hasStatus && typeof error.status === "number" ? error.status : unansweredStatus;
}
