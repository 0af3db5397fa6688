import type { HeardItem, ItemAudio, SessionAction, Talk } from "./session-state.ts";
import type { TalkStep } from "./response-requests.ts";

const bytesPerMs = 8; // G.711 at 8 kHz
const cancelledMax = 32; // a cancelled response is silent within seconds: far more than can still speak
const pastItemsMax = 64; // the playout holds 60 s: no more items than this wait to be heard

/**
 * The caller spoke over these items. The model is told what was heard, so that it neither
 * believes the rest was heard nor forgets what was: an item is cut where it was heard (never at
 * 0 ms, which the service refuses, and never beyond what it sent, which is an error), and
 * removed where nothing of it was. What was heard to its end stays.
 */
export function interrupt(talk: Talk, heard: readonly HeardItem[]): TalkStep {
  const cuts = heard.flatMap((item) => {
    const audio = audioOf(talk, item.itemId);
    return audio === null ? [unknownItem] : cutItem(audio, item);
  });
  const stopped = stopActive(talk, heard);
  return { talk: stopped.talk, actions: [...stopped.actions, ...cuts] };
}

/** From now on no audio of this response is wanted. */
export function markCancelled(talk: Talk, responseId: string): Talk {
  if (talk.cancelledResponseIds.includes(responseId)) return talk;
  const ids = [...talk.cancelledResponseIds, responseId];
  return { ...talk, cancelledResponseIds: ids.slice(-cancelledMax) };
}

/** Counts a delta, and says whether it may be played: only the present response's may. */
export function receive(
  talk: Talk,
  delta: { readonly responseId: string; readonly itemId: string; readonly bytes: number },
): Talk | null {
  const { responseId, itemId } = delta;
  const { response, current } = talk;
  if (response.kind !== "active" || response.responseId !== responseId) return null;
  if (talk.cancelledResponseIds.includes(responseId)) return null;
  if (current?.itemId === itemId) {
    const receivedBytes = current.receivedBytes + delta.bytes;
    return { ...talk, current: { ...current, receivedBytes } };
  }
  const before = talk.past.find((item) => item.itemId === itemId);
  const past = talk.past.filter((item) => item !== before);
  const receivedBytes = (before?.receivedBytes ?? 0) + delta.bytes;
  return {
    ...talk,
    past: current === null ? past : [...past, current].slice(-pastItemsMax),
    current: { responseId, itemId, receivedBytes, complete: false },
  };
}

/** All audio of the item has come. */
export function completeItem(talk: Talk, itemId: string): Talk {
  if (talk.current?.itemId === itemId) {
    return { ...talk, current: { ...talk.current, complete: true } };
  }
  const past = talk.past.map((item) =>
    item.itemId === itemId ? { ...item, complete: true } : item,
  );
  return { ...talk, past };
}

function audioOf(talk: Talk, itemId: string): ItemAudio | null {
  if (talk.current?.itemId === itemId) return talk.current;
  return talk.past.find((item) => item.itemId === itemId) ?? null;
}

const unknownItem: SessionAction = {
  kind: "log",
  level: "debug",
  message: "an interrupted item is not known to the session",
  fields: {},
};

function cutItem(audio: ItemAudio, item: HeardItem): SessionAction[] {
  const receivedMs = Math.floor(audio.receivedBytes / bytesPerMs);
  const heardMs = Math.min(Math.floor(item.heardMs), receivedMs);
  if (!(heardMs > 0)) {
    return [{ kind: "send", event: { type: "conversation.item.delete", item_id: item.itemId } }];
  }
  if (audio.complete && heardMs >= receivedMs) return [];
  return [
    {
      kind: "send",
      event: {
        type: "conversation.item.truncate",
        item_id: item.itemId,
        content_index: 0,
        audio_end_ms: heardMs,
      },
    },
  ];
}

/** The server ends a response by itself when it hears speech. Where it did not, it is told to, by id. */
function stopActive(talk: Talk, heard: readonly HeardItem[]): TalkStep {
  const { response } = talk;
  if (response.kind !== "active" || heard.length === 0) return { talk, actions: [] };
  const { responseId } = response;
  if (talk.cancelledResponseIds.includes(responseId)) return { talk, actions: [] };
  return {
    talk: markCancelled(talk, responseId),
    actions: [{ kind: "send", event: { type: "response.cancel", response_id: responseId } }],
  };
}
