import type { ServerEvent } from "./server-event.ts";
import type { SessionReport, SpokenItem } from "./session-report.ts";
import type { Talk } from "./session-state.ts";

type Placed = Pick<
  Extract<ServerEvent, { type: "item-placed" }>,
  "itemId" | "previousItemId" | "isWritten"
>;
type TextStep = { readonly talk: Talk; readonly reports: readonly SessionReport[] };

const placesMax = 64; // a turn is told within a few items of its own
const openTextsMax = 16; // one answer and one or two late transcriptions at a time
const textCharsMax = 32_000; // as the transcript's schema: beyond the longest answer of one response

/** Remembers which item came before: turns are put in order by it, not by when their text arrives. */
export function placeItem(talk: Talk, { itemId, isWritten, ...placed }: Placed): Talk {
  const { previousItemId: told } = placed;
  const previousItemId = told === null ? null : (talk.writtenItemIds.get(told) ?? told);
  if (isWritten) {
    const writtenItemIds = put(talk.writtenItemIds, itemId, previousItemId, placesMax);
    return { ...talk, writtenItemIds };
  }
  const known = talk.previousItemIds.get(itemId);
  // `committed` and `added` both tell it; the one that knows more wins.
  if (known !== undefined && (known === previousItemId || previousItemId === null)) return talk;
  return { ...talk, previousItemIds: put(talk.previousItemIds, itemId, previousItemId, placesMax) };
}

/** More of an item's text has come. */
export function growText(
  talk: Talk,
  grown: {
    readonly itemId: string;
    readonly responseId: string | null;
    readonly speaker: "human" | "ai";
    readonly text: string;
  },
): TextStep {
  const { itemId, responseId, speaker } = grown;
  const text = `${talk.texts.get(itemId)?.text ?? ""}${grown.text}`.slice(0, textCharsMax);
  const texts = put(talk.texts, itemId, { speaker, responseId, text }, openTextsMax);
  return {
    talk: { ...talk, texts },
    reports: [{ kind: "transcript-partial", ...spokenItem(talk, itemId, speaker, text) }],
  };
}

/** The item's text is complete. Nothing is told where nothing was said. */
export function finishText(
  talk: Talk,
  done: { readonly itemId: string; readonly speaker: "human" | "ai"; readonly text: string },
): TextStep {
  const texts = new Map(talk.texts);
  texts.delete(done.itemId);
  const text = done.text.trim();
  const spoken = spokenItem(talk, done.itemId, done.speaker, text);
  return {
    talk: { ...talk, texts },
    reports: text === "" ? [] : [{ kind: "turn", ...spoken }],
  };
}

/** The response is over: texts of it that were never completed (it was cancelled) are told as they are. */
export function dropTexts(talk: Talk, responseId: string): TextStep {
  let step: TextStep = { talk, reports: [] };
  for (const [itemId, open] of talk.texts) {
    if (open.responseId !== responseId) continue;
    const { speaker, text } = open;
    const finished = finishText(step.talk, { itemId, speaker, text });
    step = { talk: finished.talk, reports: [...step.reports, ...finished.reports] };
  }
  return step;
}

function spokenItem(talk: Talk, itemId: string, speaker: "human" | "ai", text: string): SpokenItem {
  return { itemId, previousItemId: talk.previousItemIds.get(itemId) ?? null, speaker, text };
}

/** A copy with the entry in it; the oldest ones fall out. */
function put<Value>(
  map: ReadonlyMap<string, Value>,
  key: string,
  value: Value,
  entriesMax: number,
): ReadonlyMap<string, Value> {
  const copy = new Map(map);
  copy.set(key, value);
  for (const oldest of copy.keys()) {
    if (copy.size <= entriesMax) break;
    copy.delete(oldest);
  }
  return copy;
}
