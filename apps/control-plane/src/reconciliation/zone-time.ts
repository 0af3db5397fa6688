/** A reading of a clock on a wall. Month from 1. */
export type WallTime = {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
};

const dayMs = 86_400_000;
const offsetHoldsMs = 900_000; // every change of a zone's offset falls on a quarter of an hour of UTC

/** Tells what a zone's clocks meant: none, one or two moments for each reading. */
export class ZoneTime {
  readonly #format: Intl.DateTimeFormat;
  readonly #offsets = new Map<number, number>();

  /** Throws a RangeError for a zone that there is not. */
  constructor(timezone: string) {
    // Sweden writes dates as ISO 8601 does: what is shown can be read again.
    this.#format = new Intl.DateTimeFormat("sv-SE", {
      timeZone: timezone,
      dateStyle: "short",
      timeStyle: "medium",
    });
  }

  /**
   * The moments (UTC epoch milliseconds, earlier first) at which the clocks showed this: two in the
   * hour that comes twice when summer ends, none in the hour that is left out when it begins, and
   * none for what is no date.
   */
  instantsOf(wall: WallTime): readonly number[] {
    const { year, month, day, hour, minute, second } = wall;
    const asUtcMs = Date.UTC(year, month - 1, day, hour, minute, second);
    const read = new Date(asUtcMs);
    const isDate =
      read.getUTCMonth() === month - 1 &&
      read.getUTCDate() === day &&
      read.getUTCHours() === hour &&
      read.getUTCMinutes() === minute &&
      read.getUTCSeconds() === second;
    if (!isDate) return [];
    const offsets = new Set([this.#offsetAt(asUtcMs - dayMs), this.#offsetAt(asUtcMs + dayMs)]);
    return [...offsets]
      .map((offsetMs) => asUtcMs - offsetMs)
      .filter((atMs) => atMs + this.#offsetAt(atMs) === asUtcMs)
      .toSorted((one, other) => one - other);
  }

  /** What the zone's clocks were ahead of UTC. */
  #offsetAt(atMs: number): number {
    const quarter = Math.floor(atMs / offsetHoldsMs);
    const known = this.#offsets.get(quarter);
    if (known !== undefined) return known;
    const startMs = quarter * offsetHoldsMs;
    const shownMs = Date.parse(`${this.#format.format(startMs).replace(" ", "T")}Z`);
    const offsetMs = shownMs - startMs;
    this.#offsets.set(quarter, offsetMs);
    return offsetMs;
  }
}
