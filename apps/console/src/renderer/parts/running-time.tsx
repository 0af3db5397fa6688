import { Text } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { systemClock } from "../../shared/time.ts";
import { durationText } from "./duration-text.ts";

const clock = systemClock();
const tickMs = 1_000;

/** How long it goes on by now, second by second. `since` is a moment as the API writes it. */
export function RunningTime({ since }: { readonly since: string }): ReactNode {
  const nowMs = useNow(tickMs);
  return (
    <Text component="span" inherit>
      {durationText(nowMs - new Date(since).getTime())}
    </Text>
  );
}

/** The time of day, told again every `everyMs`. */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => clock.nowMs());
  useEffect(() => {
    const timer = clock.after(everyMs, () => {
      setNowMs(clock.nowMs());
    });
    return () => {
      timer.cancel();
    };
  }, [nowMs, everyMs]);
  return nowMs;
}
