const secondsPerMinute = 60;
const secondsPerHour = 3_600;

/** A stretch of time as a clock shows it: `2:05`, and `1:02:05` from an hour on. */
export function durationText(durationMs: number): string {
  const all = Math.max(0, Math.floor(durationMs / 1_000));
  const hours = Math.floor(all / secondsPerHour);
  const minutes = Math.floor((all % secondsPerHour) / secondsPerMinute);
  const seconds = String(all % secondsPerMinute).padStart(2, "0");
  if (hours === 0) return `${String(minutes)}:${seconds}`;
  return `${String(hours)}:${String(minutes).padStart(2, "0")}:${seconds}`;
}
