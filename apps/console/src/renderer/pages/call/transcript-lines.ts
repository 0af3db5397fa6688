import type { Speaker, TranscriptView } from "@agentcall/contract";
import type { SpokenParts } from "../../api/spoken-now.ts";
import type { SpokenPart } from "../../api/spoken-part.ts";

/** One line of a transcript on the screen. */
export type TranscriptLine = {
  readonly itemId: string;
  readonly role: Speaker;
  readonly text: string;
  /** Milliseconds from the answer; null while the turn is spoken. */
  readonly atMs: number | null;
  readonly state: "spoken" | "interrupted" | "speaking";
};

/**
 * The turns that the appliance has kept, in its order, and behind them what is only being said.
 * `zeroMs` is the moment of the answer.
 */
export function transcriptLines(
  entries: TranscriptView["entries"],
  parts: SpokenParts,
  zeroMs: number,
): readonly TranscriptLine[] {
  const kept = new Set(entries.map(({ itemId }) => itemId));
  return [
    ...entries.map(({ itemId, role, text, timestamp, interrupted }): TranscriptLine => ({
      itemId,
      role,
      text,
      atMs: Math.max(0, new Date(timestamp).getTime() - zeroMs),
      state: interrupted ? "interrupted" : "spoken",
    })),
    ...[...parts.values()].filter(({ itemId }) => !kept.has(itemId)).map(lineOfPart),
  ];
}

function lineOfPart({ itemId, role, text, interrupted, final }: SpokenPart): TranscriptLine {
  const over = interrupted ? "interrupted" : "spoken";
  return { itemId, role, text, atMs: null, state: final ? over : "speaking" };
}
