import type { Clock, Timer } from "@agentcall/base";
import type { Flow } from "../transport/flow.ts";
import { Retransmitter } from "../transaction/retransmitter.ts";
import { giveUpMs, type SipTiming } from "../transaction/sip-timing.ts";

type Answer = {
  /** The id of the INVITE's transaction, by which the application knows the ACK; null for a re-INVITE. */
  readonly inviteId: string | null;
  readonly retransmitter: Retransmitter;
  readonly timer: Timer;
};

/** 2xx responses to INVITEs that wait for their ACK (RFC 3261 §13.3.1.4): sent again until it comes. */
export class PendingAnswers {
  readonly #clock: Clock;
  readonly #timing: SipTiming;
  readonly #answers = new Map<string, Answer>();

  constructor(clock: Clock, timing: SipTiming) {
    this.#clock = clock;
    this.#timing = timing;
  }

  get count(): number {
    return this.#answers.size;
  }

  /** `onTimeout` runs when no ACK came within 64*T1. */
  add(
    dialogId: string,
    cseqNumber: number,
    answer: { readonly bytes: Buffer; readonly flow: Flow; readonly inviteId: string | null },
    onTimeout: () => void,
  ): void {
    const { t1Ms, t2Ms } = this.#timing;
    const retransmitter = new Retransmitter(this.#clock, t1Ms, t2Ms, () => {
      answer.flow.send(answer.bytes);
    });
    retransmitter.start();
    const timer = this.#clock.after(giveUpMs(this.#timing), () => {
      this.#remove(dialogId, cseqNumber);
      onTimeout();
    });
    this.#answers.set(keyOf(dialogId, cseqNumber), {
      inviteId: answer.inviteId,
      retransmitter,
      timer,
    });
  }

  /** The ACK came. Null when none was awaited: it came again, or too late. */
  acknowledge(dialogId: string, cseqNumber: number): { readonly inviteId: string | null } | null {
    return this.#remove(dialogId, cseqNumber);
  }

  /** The dialog is over: nothing of it is sent again. */
  dropDialog(dialogId: string): void {
    for (const key of this.#answers.keys()) {
      if (key.startsWith(`${dialogId} `)) this.#removeKey(key);
    }
  }

  clear(): void {
    for (const key of this.#answers.keys()) this.#removeKey(key);
  }

  #remove(dialogId: string, cseqNumber: number): Answer | null {
    return this.#removeKey(keyOf(dialogId, cseqNumber));
  }

  #removeKey(key: string): Answer | null {
    const answer = this.#answers.get(key);
    if (answer === undefined) return null;
    answer.retransmitter.stop();
    answer.timer.cancel();
    this.#answers.delete(key);
    return answer;
  }
}

function keyOf(dialogId: string, cseqNumber: number): string {
  return `${dialogId} ${String(cseqNumber)}`;
}
