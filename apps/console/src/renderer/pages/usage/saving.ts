import type { UsageView } from "@agentcall/contract";

const managedMicrosPerMinute = 400_000;
const ownKeyMicrosPerMinute = 100_000;

/**
 * What the minutes over own keys would have cost more over the managed key, in micro-dollars. The
 * provider's bill, which the key's owner pays besides, is not in it.
 */
export function savedMicros({ items }: UsageView): number {
  return items
    .filter(({ voiceMode }) => voiceMode === "byok")
    .reduce(
      (sum, { billedMinutes }) =>
        sum + Math.round(billedMinutes * (managedMicrosPerMinute - ownKeyMicrosPerMinute)),
      0,
    );
}
