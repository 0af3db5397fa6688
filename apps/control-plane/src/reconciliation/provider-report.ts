import type { ProviderReason, ReconciliationView } from "@agentcall/contract";

/** What a key has used on a day of UTC. */
export type KeyDay = {
  /** Such as `2026-11-24`. */
  readonly day: string;
  /** A fingerprint, or `managed`; empty for a key that is none of ours. */
  readonly key: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

/** The same by our own records, with what calls that lasted beyond midnight have in it. */
export type OurKeyDay = KeyDay & { readonly edgeTokens: number };

type ProviderView = NonNullable<ReconciliationView["provider"]>;

const dayMs = 86_400_000;

/**
 * Compares tokens by key and day. `days` are those that the provider has told of, and a key that it
 * was not told with on such a day has used nothing there.
 */
export function providerReport(
  ours: readonly OurKeyDay[],
  theirs: readonly KeyDay[],
  covered: { readonly days: ReadonlySet<string>; readonly keys: ReadonlySet<string> },
  tolerancePerMille: number,
): ProviderView {
  const isCovered = ({ day, key }: KeyDay): boolean =>
    covered.days.has(day) && covered.keys.has(key);
  const oursByPlace = new Map(ours.filter(isCovered).map((each) => [placeOf(each), each]));
  const known = theirs.filter(({ key }) => covered.keys.has(key));
  const theirsByPlace = new Map(known.map((each) => [placeOf(each), each]));
  const places = new Set([...oursByPlace.keys(), ...theirsByPlace.keys()]);
  return {
    days: [...places].toSorted().map((place) => {
      const [day = "", key = ""] = place.split(" ");
      const our = oursByPlace.get(place) ?? { day, key, ...nothing };
      const their = theirsByPlace.get(place) ?? { day, key, ...nothing };
      const before = oursByPlace.get(placeOf({ key, day: dayBefore(day) }));
      const edgeTokens = our.edgeTokens + (before?.edgeTokens ?? 0);
      const differenceTokens = totalOf(their) - totalOf(our);
      const toleratedTokens = (totalOf(our) * tolerancePerMille) / 1_000;
      return {
        day,
        key,
        ours: { inputTokens: our.inputTokens, outputTokens: our.outputTokens },
        theirs: { inputTokens: their.inputTokens, outputTokens: their.outputTokens },
        differenceTokens,
        reason: reasonOf(totalOf(our), totalOf(their), toleratedTokens, edgeTokens),
      };
    }),
    otherTokens: sumOf(theirs.filter(({ key }) => !covered.keys.has(key))),
    tokensNotCovered: sumOf(ours.filter((each) => !isCovered(each))),
  };
}

const nothing = { inputTokens: 0, outputTokens: 0, edgeTokens: 0 };

function reasonOf(
  our: number,
  their: number,
  toleratedTokens: number,
  edgeTokens: number,
): ProviderReason {
  const apart = Math.abs(their - our);
  if (apart <= toleratedTokens) return "within_tolerance";
  // The provider counts a response when it ends, we count a call when it begins.
  if (apart <= edgeTokens + toleratedTokens) return "day_edge";
  if (their === 0) return "missing_at_provider";
  return our === 0 ? "missing_in_calls" : "unexplained";
}

function placeOf({ day, key }: Pick<KeyDay, "day" | "key">): string {
  return `${day} ${key}`;
}

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - dayMs).toISOString().slice(0, 10);
}

function totalOf({ inputTokens, outputTokens }: KeyDay): number {
  return inputTokens + outputTokens;
}

function sumOf(days: readonly KeyDay[]): number {
  return days.reduce((sum, each) => sum + totalOf(each), 0);
}
