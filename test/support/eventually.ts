import { systemClock } from "@agentcall/base";

const clock = systemClock();
const limitMs = 10_000; // far beyond what any of these things takes
const lookEveryMs = 5;

/** Resolves when `holds` does. Rejects, naming `what`, when it does not come to hold in ten seconds, or as many as are named. */
export async function eventually(
  what: string,
  holds: () => boolean,
  withinMs = limitMs,
): Promise<void> {
  const fromMs = clock.monotonicMs();
  while (!holds()) {
    if (clock.monotonicMs() - fromMs > withinMs) throw new Error(`it never came true: ${what}`);
    await new Promise<void>((resolve) => {
      clock.after(lookEveryMs, resolve);
    });
  }
}
