import type { Clock, Log } from "@agentcall/base";
import type { CallId, EndCause } from "@agentcall/contract";
import { CallDialog, sendRefusal } from "./call-dialog.ts";
import { allowedMethods, reliability, sessionTimer } from "./capabilities.ts";
import type { SipLeg, SipLegHandlers, SipRefusal } from "./sip-leg.ts";
import type { SrfClient, SrfDialog, SrfRequest, SrfResponse } from "./srf.ts";
import { targetUri } from "./target-uri.ts";

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
  | { readonly kind: "confirmed"; readonly dialog: CallDialog }
  | { readonly kind: "gone" };

/** The leg of a call that came to us, over drachtio-srf. */
export class InboundLeg implements SipLeg {
  readonly #options: InboundLegOptions;
  readonly #headers: Readonly<Record<string, string>>;
  #handlers: SipLegHandlers | null = null;
  #state: LegState = { kind: "invited" };

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
    if (this.#state.kind !== "confirmed" || this.#handlers === null) return;
    const { source_address: sourceAddress, source_port: sourcePort } = this.#options.request;
    this.#state.dialog.refer(targetUri(to, { sourceAddress, sourcePort }), this.#handlers);
  }

  hangUp(cause: EndCause): void {
    switch (this.#state.kind) {
      case "answering":
        this.#state = { kind: "answering", hangUpCause: cause };
        return;
      case "confirmed":
        this.#state.dialog.end(cause);
        return;
      case "invited":
      case "gone":
        return;
    }
  }

  /** Forgets the leg, because the connection to drachtio is being closed. */
  abandon(): void {
    if (this.#state.kind === "confirmed") this.#state.dialog.abandon();
    else this.#leave();
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
      if (dialog !== undefined) this.#dialogOf(dialog).end("caller_cancelled");
      return;
    }
    if (dialog === undefined) {
      this.#leave();
      this.#handlers?.onAnswerFailed(error);
      return;
    }
    const { hangUpCause } = this.#state;
    const standing = this.#dialogOf(dialog);
    this.#state = { kind: "confirmed", dialog: standing };
    this.#options.onDialog(dialog.id);
    if (this.#handlers !== null) standing.attach(this.#handlers);
    if (hangUpCause !== null) standing.end(hangUpCause);
    else this.#handlers?.onAnswered();
  }

  #dialogOf(dialog: SrfDialog): CallDialog {
    return new CallDialog({
      ...this.#options,
      dialog,
      onGone: () => {
        this.#leave();
      },
    });
  }

  #leave(): void {
    if (this.#state.kind === "gone") return;
    this.#state = { kind: "gone" };
    this.#options.onGone(this);
  }

  /** The library throws when drachtio is not connected: the call then ends by its own time limits. */
  #guarded(what: string, send: () => void): void {
    try {
      send();
    } catch (error) {
      const { log, callId } = this.#options;
      log.warn({ callId, what, err: error }, "a SIP message could not be sent");
    }
  }
}
