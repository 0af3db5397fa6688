import type { Log } from "@agentcall/base";
import type { Application } from "../control/application.ts";
import type { SipFacts } from "../message/sip-facts.ts";
import { type Dialog, dialogIdOf } from "./dialog.ts";

/** The dialogs there are. */
export class DialogTable {
  readonly #byId = new Map<string, Dialog>();
  readonly #log: Log;
  readonly #onEnded: ((dialog: Dialog) => void)[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  get count(): number {
    return this.#byId.size;
  }

  get(id: string): Dialog | null {
    return this.#byId.get(id) ?? null;
  }

  add(dialog: Dialog): void {
    const isNew = !this.#byId.has(dialog.id);
    this.#byId.set(dialog.id, dialog);
    if (isNew) this.#log.info({ sipCallId: dialog.callId }, "dialog began");
  }

  delete(dialog: Dialog): void {
    if (this.#byId.get(dialog.id) !== dialog) return;
    this.#byId.delete(dialog.id);
    this.#log.info({ sipCallId: dialog.callId }, "dialog ended");
    for (const tell of this.#onEnded) tell(dialog);
  }

  /** Whoever keeps something for a dialog is told here that it is over. */
  onEnded(listener: (dialog: Dialog) => void): void {
    this.#onEnded.push(listener);
  }

  /** The dialog of a request from the network: the tags are theirs and ours, whoever called whom. */
  ofRequest({ callId, fromTag, toTag }: SipFacts): Dialog | null {
    if (toTag === null) return null;
    for (const inviterTag of [fromTag, toTag]) {
      const dialog = this.#byId.get(dialogIdOf(callId, inviterTag));
      if (dialog?.localTag === toTag && dialog.remoteTag === fromTag) return dialog;
    }
    return null;
  }

  /** Those of one application. */
  ownedBy(app: Application): readonly Dialog[] {
    return [...this.#byId.values()].filter(({ owner }) => owner === app);
  }
}
