/** What the client takes from where it runs; a test brings its own. */
export type Environment = {
  readonly fetch: typeof fetch;
  /** UTC epoch milliseconds. */
  readonly nowMs: () => number;
  /** Resolves after so long; rejects with the signal's reason when it is aborted first. */
  readonly wait: (delayMs: number, signal?: AbortSignal) => Promise<void>;
  /** From 0 up to, and without, 1. */
  readonly random: () => number;
};

/** This is the one file where time and chance come into the SDK: it depends on nothing, so not on a clock of ours either. */
export const systemEnvironment: Environment = {
  fetch: (...request) => globalThis.fetch(...request),
  nowMs: () => Date.now(),
  wait,
  random: () => Math.random(),
};

function wait(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      clearTimeout(timer);
      reject(reasonOf(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    }, delayMs);
    if (signal?.aborted === true) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
  });
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error("aborted", { cause: reason });
}
