import type { Dialog } from "../dialog/dialog.ts";
import { writeSipMessage } from "../message/write-message.ts";
import type { Flow } from "../transport/flow.ts";
import type { Built } from "./dialog-requests.ts";

/** The ACK of each dialog's last 2xx, kept to be sent again when the 2xx is (RFC 3261 §13.2.2.4). */
export class SentAcks {
  readonly #byDialog = new WeakMap<
    Dialog,
    { readonly cseqNumber: number; readonly bytes: Buffer; readonly flow: Flow }
  >();

  send(dialog: Dialog, { request, flow }: Built): void {
    const bytes = writeSipMessage(request);
    flow.send(bytes);
    this.#byDialog.set(dialog, { cseqNumber: dialog.lastInviteCseq, bytes, flow });
  }

  sendAgain(dialog: Dialog, cseqNumber: number): void {
    const ack = this.#byDialog.get(dialog);
    if (ack?.cseqNumber === cseqNumber) ack.flow.send(ack.bytes);
  }
}
