import type { Timer } from "@agentcall/base";
import type { Application } from "../control/application.ts";
import type { Dialog } from "../dialog/dialog.ts";
import type { SipResponse } from "../message/sip-message.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { ReliableResponses } from "./reliable-responses.ts";

/** A request that an application is to answer. */
export type Asked = {
  readonly transaction: ServerTransaction;
  readonly app: Application;
  /** Whether it came in a dialog that was there before. */
  readonly isInDialog: boolean;
  /** Ours in every response; an application may choose it with its first one. */
  localTag: string;
  dialogId: string;
  /** The dialog that it came in, or that a provisional response to it has made (RFC 3261 §12.1). */
  dialog: Dialog | null;
  /** Provisional responses that want a PRACK; null while there are none. */
  reliable: ReliableResponses | null;
  /** The application's 2xx, which waits for a PRACK. */
  held: SipResponse | null;
  /** Runs out when it is not answered at all. */
  readonly timer: Timer;
};

/** The requests that applications owe an answer. */
export class AskedRequests {
  readonly #byTransaction = new Map<string, Asked>();

  get count(): number {
    return this.#byTransaction.size;
  }

  get(transactionId: string): Asked | null {
    return this.#byTransaction.get(transactionId) ?? null;
  }

  add(asked: Asked): void {
    this.#byTransaction.set(asked.transaction.id, asked);
  }

  of(app: Application): readonly Asked[] {
    return [...this.#byTransaction.values()].filter((asked) => asked.app === app);
  }

  /** The INVITE that waits in this dialog, or that is about to make it; null where none does. */
  inviteIn(dialog: Dialog): Asked | null {
    for (const asked of this.#byTransaction.values()) {
      if (asked.dialog === dialog && asked.transaction.isInvite) return asked;
    }
    return null;
  }

  /** The application owes no answer any more. */
  settle(transactionId: string): void {
    const asked = this.#byTransaction.get(transactionId);
    asked?.timer.cancel();
    asked?.reliable?.stop();
    this.#byTransaction.delete(transactionId);
  }
}
