/** What has a place in a conversation. */
type Placed = {
  readonly itemId: string;
  readonly previousItemId: string | null;
  readonly startedAtMs: number;
};

/**
 * Puts what was said and called in the order of the conversation. The caller's words are
 * transcribed beside the answer, so they are told after it has begun: each item stands behind the
 * one it names. Where that one is not known (nothing of it was heard, say) the time decides.
 */
export function inConversationOrder<Item extends Placed>(items: readonly Item[]): readonly Item[] {
  const byTime = [...items].sort((one, other) => one.startedAtMs - other.startedAtMs);
  const known = new Set(items.map(({ itemId }) => itemId));
  const ordered: Item[] = [];
  const placed = new Set<string>();

  const place = (item: Item): void => {
    if (placed.has(item.itemId)) return;
    placed.add(item.itemId);
    ordered.push(item);
    for (const next of byTime) if (next.previousItemId === item.itemId) place(next);
  };

  for (const item of byTime) {
    const { previousItemId } = item;
    if (previousItemId === null || !known.has(previousItemId)) place(item);
  }
  for (const item of byTime) place(item); // a circle, which only a broken gateway could tell
  return ordered;
}
