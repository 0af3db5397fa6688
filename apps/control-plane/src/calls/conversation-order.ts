import type { Turn } from "@agentcall/contract";

/**
 * Puts turns in the order of the conversation. The caller's words are transcribed beside the
 * answer, so they are told after it has begun: each turn stands behind the one it names. Items
 * between them that are no turns (tool calls) break the chain; then the time decides.
 */
export function inConversationOrder(turns: readonly Turn[]): readonly Turn[] {
  const byTime = [...turns].sort((one, other) => one.startedAtMs - other.startedAtMs);
  const known = new Set(turns.map(({ itemId }) => itemId));
  const ordered: Turn[] = [];
  const placed = new Set<string>();

  const place = (turn: Turn): void => {
    if (placed.has(turn.itemId)) return;
    placed.add(turn.itemId);
    ordered.push(turn);
    for (const next of byTime) if (next.previousItemId === turn.itemId) place(next);
  };

  for (const turn of byTime) {
    const { previousItemId } = turn;
    if (previousItemId === null || !known.has(previousItemId)) place(turn);
  }
  for (const turn of byTime) place(turn); // a circle, which only a broken gateway could tell
  return ordered;
}
