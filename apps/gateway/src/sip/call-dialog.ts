import type { Clock, Log, Timer } from "@agentcall/base";
import { type CallId, type EndCause, endCauseText } from "@agentcall/contract";
import { q850CauseOf } from "../call/end-cause.ts";
import { sessionTimer } from "./capabilities.ts";
import type { SipLegHandlers, SipRefusal } from "./sip-leg.ts";
import type { SrfDialog, SrfMessage, SrfRequest, SrfResponse } from "./srf.ts";

type CallDialogOptions = {
  readonly dialog: SrfDialog;
  readonly callId: CallId;
  readonly sessionTimerSecs: number | null;
  readonly clock: Clock;
  readonly log: Log;
  /** Told once, when drachtio holds nothing of this dialog any more. */
  readonly onGone: () => void;
};

// drachtio gives a BYE up itself after 32 s; when even that is not told, its connection is dead.
const byeAnswerMsMax = 33_000;

/** The dialog of a call's leg once it stands, whoever has called. No method throws. */
export class CallDialog {
  readonly #options: CallDialogOptions;
  readonly #headers: Readonly<Record<string, string>>;
  #state: "standing" | "ending" | "gone" = "standing";
  #byeTimer: Timer | null = null;

  constructor(options: CallDialogOptions) {
    this.#options = options;
    this.#headers = { "X-AgentCall-Call-Id": options.callId };
  }

  /** Whether our BYE is under way. */
  get isEnding(): boolean {
    return this.#state === "ending";
  }

  /** From now on these are told what happens in it. */
  attach(handlers: SipLegHandlers): void {
    const { dialog } = this.#options;
    dialog.on("ack", (request) => {
      handlers.onConfirmed(request.body ?? "");
    });
    dialog.on("destroy", (message, reason) => {
      this.#onDestroy(message, reason, handlers);
    });
    dialog.on("notify", (request, response) => {
      this.#guarded("NOTIFY's answer", () => {
        response.send(200, {});
      });
      const status = referStatusOf(request.body ?? "");
      if (status >= 200) handlers.onRefer(status < 300 ? "done" : "refused");
    });
    // Always ours: without this listener the library answers a hold with "sendrecv".
    dialog.on("modify", (request, response) => {
      this.#onModify(request, response, handlers);
    });
  }

  /** Asks the other side to call this URI itself. */
  refer(uri: string, handlers: SipLegHandlers): void {
    const headers = { ...this.#headers, "Refer-To": `<${uri}>` };
    try {
      this.#options.dialog.request({ method: "REFER", headers }, (error, response) => {
        if (error !== null && error !== undefined) this.#logFailure("REFER", error);
        const isAccepted =
          response !== undefined && response.status >= 200 && response.status < 300;
        handlers.onRefer(isAccepted ? "accepted" : "refused");
      });
    } catch (error) {
      this.#logFailure("REFER", error);
      handlers.onRefer("refused");
    }
  }

  /** BYE. May be called twice. */
  end(cause: EndCause): void {
    if (this.#state !== "standing") return;
    this.#state = "ending";
    this.#byeTimer = this.#options.clock.after(byeAnswerMsMax, () => {
      this.#leave();
    });
    const text = endCauseText[cause];
    const headers = { Reason: `Q.850;cause=${String(q850CauseOf(cause))};text="${text}"` };
    try {
      this.#options.dialog.destroy({ headers }, (error) => {
        if (error !== null && error !== undefined) this.#logFailure("BYE", error);
        this.#leave();
      });
    } catch (error) {
      this.#logFailure("BYE", error);
      this.#leave();
    }
  }

  /** Forgets it, because the connection to drachtio is being closed. */
  abandon(): void {
    this.#leave();
  }

  #onDestroy(message: SrfMessage, reason: string, handlers: SipLegHandlers): void {
    if (this.#state !== "standing") return;
    this.#leave();
    // What drachtio ended by itself has the reason that it gave to the other side.
    if (message.source !== "application") handlers.onBye();
    else if (reason === "ACK timeout") handlers.onAckTimeout();
    else handlers.onSignallingLost();
  }

  #onModify(request: SrfRequest, response: SrfResponse, handlers: SipLegHandlers): void {
    handlers.onReoffer({
      sdp: request.body ?? "",
      accept: (sdp) => {
        this.#guarded("re-INVITE's answer", () => {
          const timer = sessionTimer(request, this.#options.sessionTimerSecs);
          response.send(200, { headers: { ...this.#headers, ...timer }, body: sdp });
        });
      },
      refuse: (refusal) => {
        this.#guarded("re-INVITE's refusal", () => {
          sendRefusal(response, refusal, this.#headers);
        });
      },
    });
  }

  #leave(): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#byeTimer?.cancel();
    this.#byeTimer = null;
    this.#options.onGone();
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

/** The final answer to an INVITE that is not taken. */
export function sendRefusal(
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
