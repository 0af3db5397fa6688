import { Text, Tooltip } from "@mantine/core";
import { type ReactNode, useEffect, useState } from "react";
import { systemClock } from "../../shared/time.ts";

const clock = systemClock();
const refreshMs = 30_000;
const nowWithinMs = 10_000; // and two clocks that differ by less make no future
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const clockFormat = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const dateFormat = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });
const secondsFormat = new Intl.DateTimeFormat(undefined, {
  dateStyle: "medium",
  timeStyle: "medium",
});
const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

/** Such as `10:42:07`. */
export function clockText(atMs: number): string {
  return clockFormat.format(atMs);
}

/** Such as `25 Nov 2026`. */
export function dayText(atMs: number): string {
  return dateFormat.format(atMs);
}

/** A moment as the API writes it, to the second and with its day. */
export function momentText(at: string): string {
  return secondsFormat.format(new Date(at));
}

/** Such as `3 minutes ago`; older than a day it is the date and the time. */
function relativeText(atMs: number, nowMs: number): string {
  const agoMs = nowMs - atMs;
  const size = Math.abs(agoMs);
  if (size < nowWithinMs) return relativeFormat.format(0, "second");
  if (size < minuteMs) return relativeFormat.format(-Math.round(agoMs / 1_000), "second");
  if (size < hourMs) return relativeFormat.format(-Math.round(agoMs / minuteMs), "minute");
  if (size < dayMs) return relativeFormat.format(-Math.round(agoMs / hourMs), "hour");
  return dayFormat.format(atMs);
}

/** A moment as the API writes it, relative to now, with the whole of it on hover and focus. */
export function TimeText({ at }: { readonly at: string }): ReactNode {
  const [nowMs, setNowMs] = useState(() => clock.nowMs());
  useEffect(() => {
    const timer = clock.after(refreshMs, () => {
      setNowMs(clock.nowMs());
    });
    return () => {
      timer.cancel();
    };
  }, [nowMs]);
  const atMs = new Date(at).getTime();
  return (
    <Tooltip label={fullFormat.format(atMs)} events={{ hover: true, focus: true, touch: true }}>
      <Text component="time" dateTime={at} inherit>
        {relativeText(atMs, nowMs)}
      </Text>
    </Tooltip>
  );
}
