/** A step of closing. It may be asynchronous, and may fail without keeping the others from running. */
export type Close = () => void | Promise<void>;

/**
 * What one owner has opened, closed in the reverse order. `close()` may be called twice: the
 * second call waits for the first. Every step runs even when one fails; the failures are
 * thrown together at the end.
 */
export class Closers {
  readonly #steps: { readonly what: string; readonly close: Close }[] = [];
  #closing: Promise<void> | null = null;

  /** Adds a step. `what` names the thing in the error, should closing it fail. */
  add(what: string, close: Close): void {
    this.#steps.push({ what, close });
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.splice(0).reverse()) {
      try {
        await step.close();
      } catch (error) {
        failures.push(new Error(`could not close ${step.what}`, { cause: error }));
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "closing was not clean");
  }
}
