import type { Clock, Log, Timer } from "@agentcall/base";
import { type CallId, type EndCause, endCauseText } from "@agentcall/contract";
import { q850CauseOf } from "../call/end-cause.ts";
import { allowedMethods, reliability, sessionTimer } from "./capabilities.ts";
import type { SipLeg, SipLegHandlers, SipRefusal } from "./sip-leg.ts";
import type { SrfClient, SrfDialog, SrfMessage, SrfRequest, SrfResponse } from "./srf.ts";

type InboundLegOptions = {
  readonly client: SrfClient;
  readonly request: SrfRequest;
  readonly response: SrfResponse;
  readonly callId: CallId;
  /** Our Contact where it is not drachtio's own address, as behind NAT. */
  readonly contact: string | null;
  readonly sessionTimerSecs: number | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Told of the dialog once it stands, by its id at drachtio. */
  readonly onDialog: (dialogId: string) => void;
  /** Told once, when drachtio holds nothing of this leg any more. */
  readonly onGone: (leg: InboundLeg) => void;
};

type LegState =
  | { readonly kind: "invited" }
  | { readonly kind: "answering"; readonly hangUpCause: EndCause | null }
  | { readonly kind: "confirmed"; readonly dialog: SrfDialog }
  | { readonly kind: "leaving" }
  | { readonly kind: "gone" };

// drachtio gives a BYE up itself after 32 s; when even that is not told, its connection is dead.
const byeAnswerMsMax = 33_000;

/** The leg of a call that came to us, over drachtio-srf. */
export class InboundLeg implements SipLeg {
  readonly #options: InboundLegOptions;
  readonly #headers: Readonly<Record<string, string>>;
  #handlers: SipLegHandlers | null = null;
  #state: LegState = { kind: "invited" };
  #byeTimer: Timer | null = null;

  constructor(options: InboundLegOptions) {
    this.#options = options;
    this.#headers = { "X-AgentCall-Call-Id": options.callId };
    // Before createUAS, which adds a listener of its own: ours is to hear of it in every state.
    options.request.on("cancel", () => {
      this.#onCancel();
    });
  }

  /** From now on these are told what happens. */
  attach(handlers: SipLegHandlers): void {
    this.#handlers = handlers;
  }

  ring(): void {
    if (this.#state.kind !== "invited") return;
    const { request, response } = this.#options;
    this.#guarded("180", () => {
      response.send(180, { headers: { ...this.#headers, ...reliability(request) } });
    });
  }

  refuse(refusal: SipRefusal): void {
    if (this.#state.kind !== "invited") return;
    this.#guarded("refusal", () => {
      sendRefusal(this.#options.response, refusal, this.#headers);
    });
    this.#leave();
  }

  answer(sdp: string): void {
    if (this.#state.kind !== "invited") return;
    this.#state = { kind: "answering", hangUpCause: null };
    const { client, request, response, contact, sessionTimerSecs } = this.#options;
    try {
      client.createUAS(
        request,
        response,
        {
          localSdp: sdp,
          headers: {
            ...this.#headers,
            ...sessionTimer(request, sessionTimerSecs),
            ...(contact === null ? {} : { Contact: contact }),
            Allow: allowedMethods,
          },
        },
        (error, dialog) => {
          this.#onAnswerSent(error, dialog);
        },
      );
    } catch (error) {
      this.#onAnswerSent(error, undefined);
    }
  }

  refer(to: string): void {
    if (this.#state.kind !== "confirmed") return;
    const { dialog } = this.#state;
    const headers = { ...this.#headers, "Refer-To": `<${to}>` };
    try {
      dialog.request({ method: "REFER", headers }, (error, response) => {
        if (error !== null && error !== undefined) this.#logFailure("REFER", error);
        const isAccepted =
          response !== undefined && response.status >= 200 && response.status < 300;
        this.#handlers?.onRefer(isAccepted ? "accepted" : "refused");
      });
    } catch (error) {
      this.#logFailure("REFER", error);
      this.#handlers?.onRefer("refused");
    }
  }

  hangUp(cause: EndCause): void {
    switch (this.#state.kind) {
      case "answering":
        this.#state = { kind: "answering", hangUpCause: cause };
        return;
      case "confirmed":
        this.#sendBye(this.#state.dialog, cause);
        return;
      case "invited":
      case "leaving":
      case "gone":
        return;
    }
  }

  /** Forgets the leg, because the connection to drachtio is being closed. */
  abandon(): void {
    this.#leave();
  }

  #onCancel(): void {
    if (this.#state.kind !== "invited" && this.#state.kind !== "answering") return;
    this.#leave();
    this.#handlers?.onCancelled();
  }

  /** May be called twice by the library: for the 200, and for a CANCEL that crossed it. */
  #onAnswerSent(error: unknown, dialog: SrfDialog | undefined): void {
    if (this.#state.kind !== "answering") {
      // The 200 crossed a CANCEL: the leg has been given up, its dialog is ended on the way.
      if (dialog !== undefined) this.#destroy(dialog, "caller_cancelled");
      return;
    }
    if (dialog === undefined) {
      this.#leave();
      this.#handlers?.onAnswerFailed(error);
      return;
    }
    const { hangUpCause } = this.#state;
    this.#state = { kind: "confirmed", dialog };
    this.#options.onDialog(dialog.id);
    this.#listen(dialog);
    if (hangUpCause !== null) this.#sendBye(dialog, hangUpCause);
    else this.#handlers?.onAnswered();
  }

  #listen(dialog: SrfDialog): void {
    dialog.on("ack", (request) => {
      this.#handlers?.onConfirmed(request.body ?? "");
    });
    dialog.on("destroy", (message, reason) => {
      this.#onDestroy(message, reason);
    });
    dialog.on("notify", (request, response) => {
      this.#guarded("NOTIFY's answer", () => {
        response.send(200, {});
      });
      const status = referStatusOf(request.body ?? "");
      if (status >= 200) this.#handlers?.onRefer(status < 300 ? "done" : "refused");
    });
    // Always ours: without this listener the library answers a hold with "sendrecv".
    dialog.on("modify", (request, response) => {
      this.#handlers?.onReoffer({
        sdp: request.body ?? "",
        accept: (sdp) => {
          this.#guarded("re-INVITE's answer", () => {
            const headers = {
              ...this.#headers,
              ...sessionTimer(request, this.#options.sessionTimerSecs),
            };
            response.send(200, { headers, body: sdp });
          });
        },
        refuse: (refusal) => {
          this.#guarded("re-INVITE's refusal", () => {
            sendRefusal(response, refusal, this.#headers);
          });
        },
      });
    });
  }

  #onDestroy(message: SrfMessage, reason: string): void {
    if (this.#state.kind !== "confirmed") return;
    this.#leave();
    // What drachtio ended by itself has the reason that it gave to the other side.
    if (message.source !== "application") this.#handlers?.onBye();
    else if (reason === "ACK timeout") this.#handlers?.onAckTimeout();
    else this.#handlers?.onSignallingLost();
  }

  #sendBye(dialog: SrfDialog, cause: EndCause): void {
    this.#state = { kind: "leaving" };
    this.#byeTimer ??= this.#options.clock.after(byeAnswerMsMax, () => {
      this.#leave();
    });
    this.#destroy(dialog, cause);
  }

  #destroy(dialog: SrfDialog, cause: EndCause): void {
    const text = endCauseText[cause];
    const headers = { Reason: `Q.850;cause=${String(q850CauseOf(cause))};text="${text}"` };
    try {
      dialog.destroy({ headers }, (error) => {
        if (error !== null && error !== undefined) this.#logFailure("BYE", error);
        this.#leave();
      });
    } catch (error) {
      this.#logFailure("BYE", error);
      this.#leave();
    }
  }

  #leave(): void {
    if (this.#state.kind === "gone") return;
    this.#state = { kind: "gone" };
    this.#byeTimer?.cancel();
    this.#byeTimer = null;
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
    const { log, callId } = this.#options;
    log.warn({ callId, what, err: error }, "a SIP message could not be sent");
  }
}

function sendRefusal(
  response: SrfResponse,
  refusal: SipRefusal,
  headers: Readonly<Record<string, string>>,
): void {
  const retryAfter: Record<string, string> =
    refusal.retryAfterSecs === null ? {} : { "Retry-After": String(refusal.retryAfterSecs) };
  const warning: Record<string, string> =
    refusal.warning === undefined
      ? {}
      : { Warning: `${miscellaneousWarning} agentcall "${refusal.warning}"` };
  response.send(refusal.status, refusal.reason, {
    headers: { ...headers, ...retryAfter, ...warning },
  });
}

const miscellaneousWarning = "399"; // RFC 3261 section 20.43: for people to read

/** What became of a REFER, from the message fragment of a NOTIFY (RFC 3515 section 2.4.5); 0 for anything else. */
function referStatusOf(body: string): number {
  return Number(/^SIP\/2\.0 ([1-6]\d\d) /.exec(body)?.[1] ?? 0);
}
