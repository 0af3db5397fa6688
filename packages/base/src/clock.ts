/** A pending call of `Clock.after`. `cancel()` may be called twice, and after it has run. */
export type Timer = { cancel(): void };

/** Time as a service, so that a test can move it by hand. */
export type Clock = {
  /** UTC epoch milliseconds. For stamps only: it steps with NTP and with the admin's hand. */
  nowMs(): number;
  /** Milliseconds since some fixed moment, with fractions. Never steps: for every duration. */
  monotonicMs(): number;
  /** Runs `run` once, `delayMs` from now. What `run` throws is not caught here. */
  after(delayMs: number, run: () => void): Timer;
};

/** The machine's own clock. */
export function systemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    monotonicMs: () => performance.now(),
    after(delayMs, run) {
      const handle = setTimeout(run, delayMs);
      return {
        cancel: () => {
          clearTimeout(handle);
        },
      };
    },
  };
}

/**
 * Runs `run` every `periodMs` until cancelled. The next turn is reckoned from the planned
 * moment, not from when the last one ran, so that the period does not drift; turns that
 * were missed altogether (a suspended machine) are left out.
 */
export function every(clock: Clock, periodMs: number, run: () => void): Timer {
  let dueAtMs = clock.monotonicMs() + periodMs;
  let timer = clock.after(periodMs, turn);

  function turn(): void {
    const lateMs = clock.monotonicMs() - dueAtMs;
    dueAtMs += periodMs * (1 + Math.max(0, Math.floor(lateMs / periodMs)));
    timer = clock.after(Math.max(0, dueAtMs - clock.monotonicMs()), turn);
    run();
  }

  return {
    cancel: () => {
      timer.cancel();
    },
  };
}

/** Resolves `delayMs` from now, or rejects with the signal's reason when it is aborted first. */
export function delay(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", aborted);
      resolve();
    });

    function aborted(): void {
      timer.cancel();
      reject(signal?.reason instanceof Error ? signal.reason : new Error("aborted"));
    }

    if (signal?.aborted === true) aborted();
    else signal?.addEventListener("abort", aborted, { once: true });
  });
}
