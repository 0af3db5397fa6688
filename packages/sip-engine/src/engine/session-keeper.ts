import type { Timer } from "@agentcall/base";
import type { Dialog } from "../dialog/dialog.ts";
import { writeSessionExpires } from "../message/session-expires.ts";
import type { SipHeader, SipRequest, SipResponse } from "../message/sip-message.ts";
import { ownRequest } from "./dialog-requests.ts";
import type { EngineParts } from "./engine-parts.ts";
import { type AgreedSession, sessionOfTheirAnswer } from "./session-interval.ts";

/** What the rest of the engine does and knows about dialogs. */
export type DialogSide = {
  /** Sends a request of the engine's own; `onFinal` hears its final response. */
  ask(dialog: Dialog, given: SipRequest, onFinal: (response: SipResponse) => void): void;
  /** Ends it, and tells its application why. */
  endUnsolicited(dialog: Dialog, reason: string): void;
  /** Whether an INVITE of either side in it has no final response yet. */
  isInviting(dialog: Dialog): boolean;
};

type Kept = {
  readonly intervalSecs: number;
  /** Whether the refreshing is our affair. */
  readonly isOurs: boolean;
  /** When the other side may take the session for dead. */
  readonly lapsesAtMs: number;
  timer: Timer;
};

const expiredReason = 'SIP;cause=200;text="Session timer expired"';
/** RFC 3261 §14.1 lets whoever owns the Call-ID wait 2.1 to 4 s after a 491. */
const glareWaitMs = { least: 2_100, most: 4_000 } as const;

/**
 * Keeps sessions alive and finds those that are dead (RFC 4028 §7, §8), without the applications'
 * doing: a refresh goes out at half the interval, and what is not refreshed is ended.
 */
export class SessionKeeper {
  readonly #parts: EngineParts;
  readonly #side: DialogSide;
  readonly #kept = new Map<Dialog, Kept>();

  constructor(parts: EngineParts, side: DialogSide) {
    this.#parts = parts;
    this.#side = side;
    parts.dialogs.onEnded((dialog) => {
      this.#forget(dialog);
    });
  }

  get count(): number {
    return this.#kept.size;
  }

  close(): void {
    for (const dialog of [...this.#kept.keys()]) this.#forget(dialog);
  }

  /** A 2xx settled what counts from now on; null where neither side wants a limit. */
  settle(dialog: Dialog, session: AgreedSession | null, weAre: "uac" | "uas"): void {
    this.#forget(dialog);
    if (session === null) return;
    const { clock } = this.#parts;
    const intervalMs = session.intervalSecs * 1_000;
    const isOurs = session.refresher === weAre;
    const kept: Kept = {
      intervalSecs: session.intervalSecs,
      isOurs,
      lapsesAtMs: clock.monotonicMs() + intervalMs,
      timer: clock.after(isOurs ? intervalMs / 2 : intervalMs, () => {
        if (isOurs) this.#refresh(dialog, kept);
        else this.#expire(dialog);
      }),
    };
    this.#kept.set(dialog, kept);
  }

  /** With the description that counts already: nothing changes but the time (RFC 4028 §7.4). */
  #refresh(dialog: Dialog, kept: Kept): void {
    if (this.#side.isInviting(dialog)) {
      this.#refreshLater(dialog, kept);
      return;
    }
    const { localDescription } = dialog;
    const expires = writeSessionExpires({ intervalSecs: kept.intervalSecs, refresher: "uac" });
    const headers: SipHeader[] = [
      { name: "Supported", value: "timer" },
      { name: "Session-Expires", value: expires },
    ];
    if (localDescription !== null) {
      headers.push({ name: "Content-Type", value: localDescription.contentType });
    }
    const method = localDescription === null ? "UPDATE" : "INVITE"; // an INVITE without an offer would ask for one
    const request = ownRequest(method, dialog, headers, localDescription?.body);
    this.#side.ask(dialog, request, ({ status, ...rest }) => {
      if (this.#kept.get(dialog) !== kept) return; // ended, or settled anew meanwhile
      if (status === 491) this.#refreshLater(dialog, kept);
      else if (status >= 300) this.#expire(dialog);
      else this.#settleRefreshed(dialog, { status, ...rest }, kept);
    });
  }

  /** One that answers without an interval does not know of them: it is asked again all the same. */
  #settleRefreshed(dialog: Dialog, response: SipResponse, { intervalSecs }: Kept): void {
    const session = sessionOfTheirAnswer(response) ?? { intervalSecs, refresher: "uac" };
    this.settle(dialog, session, "uac");
  }

  #refreshLater(dialog: Dialog, kept: Kept): void {
    const { clock, random } = this.#parts;
    if (clock.monotonicMs() >= kept.lapsesAtMs) {
      this.#expire(dialog);
      return;
    }
    const { least, most } = glareWaitMs;
    kept.timer = clock.after(least + random.below(most - least + 1), () => {
      this.#refresh(dialog, kept);
    });
  }

  #expire(dialog: Dialog): void {
    this.#forget(dialog);
    this.#parts.log.info({ sipCallId: dialog.callId }, "session timer expired");
    this.#side.endUnsolicited(dialog, expiredReason);
  }

  #forget(dialog: Dialog): void {
    this.#kept.get(dialog)?.timer.cancel();
    this.#kept.delete(dialog);
  }
}
