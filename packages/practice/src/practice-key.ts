/** What the day is like for whoever brings a key: the key itself says so. */
export type PracticeDay =
  | { readonly kind: "good" }
  | { readonly kind: "invalid" }
  | { readonly kind: "noquota" }
  | { readonly kind: "nomodel" }
  | { readonly kind: "ratelimited" }
  | { readonly kind: "slow"; readonly delayMs: number }
  | { readonly kind: "mute" }
  | { readonly kind: "drops"; readonly afterMs: number }
  /** A session ends after this time as the real service ends it after an hour. */
  | { readonly kind: "expires"; readonly afterMs: number }
  | { readonly kind: "garbage" };

const form = /^sk-proj-practice-([a-z]+)(?:(\d{1,4})s)?-[A-Za-z0-9_-]{8,200}$/;
const headerForm = /^Bearer +(\S+)$/i;

/**
 * Reads `sk-proj-practice-<kind>-<at least 8 characters>`, where kind is one of the kinds
 * above and `slow`, `drops` and `expires` carry a number of seconds (`slow3s`, `drops5s`). Null for any
 * other text: such a key is refused with 401.
 */
export function parsePracticeKey(key: string): PracticeDay | null {
  const match = form.exec(key);
  if (match === null) return null;
  const [, kind, seconds] = match;
  if (seconds !== undefined) {
    const ms = Number(seconds) * 1000;
    if (kind === "slow") return { kind, delayMs: ms };
    return kind === "drops" || kind === "expires" ? { kind, afterMs: ms } : null;
  }
  switch (kind) {
    case "good":
    case "invalid":
    case "noquota":
    case "nomodel":
    case "ratelimited":
    case "mute":
    case "garbage":
      return { kind };
    case undefined:
    default:
      return null;
  }
}

/** The key of an `Authorization: Bearer …` header, or null where there is none. */
export function bearerKey(header: string | undefined): string | null {
  return headerForm.exec(header ?? "")?.[1] ?? null;
}

/** The key as the real service shows it in an error: its first and last letters only. */
export function maskedKey(key: string): string {
  return key.length < 12 ? "***" : `${key.slice(0, 8)}***${key.slice(-4)}`;
}
