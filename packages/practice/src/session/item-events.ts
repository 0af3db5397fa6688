import type { Frame } from "./answer.ts";
import type { ClientEvent, EventRefusal } from "./client-event.ts";
import type { Conversation, StoredItem } from "./conversation.ts";

export type ItemEvent = Extract<ClientEvent, { type: `conversation.item.${string}` }>;

type ItemDecision =
  | { readonly kind: "refused"; readonly refusal: EventRefusal }
  | { readonly kind: "answered"; readonly frame: Frame }
  | { readonly kind: "created"; readonly item: StoredItem; readonly afterId: string | null };

/** What the real service does with an event about an item of the conversation. */
export function decideItemEvent(
  event: ItemEvent,
  conversation: Conversation,
  newId: () => string,
): ItemDecision {
  switch (event.type) {
    case "conversation.item.create":
      return create(event, conversation, newId);
    case "conversation.item.retrieve": {
      const item = conversation.find(event.item_id);
      return item === null
        ? missing("retriev", event.item_id)
        : { kind: "answered", frame: { type: "conversation.item.retrieved", item: item.wire } };
    }
    case "conversation.item.delete":
      return conversation.delete(event.item_id)
        ? { kind: "answered", frame: { type: "conversation.item.deleted", item_id: event.item_id } }
        : missing("delet", event.item_id);
    case "conversation.item.truncate":
      return truncate(event, conversation);
    default:
      return refused("invalid_value", "Unknown event.", "type");
  }
}

function create(
  event: Extract<ItemEvent, { type: "conversation.item.create" }>,
  conversation: Conversation,
  newId: () => string,
): ItemDecision {
  const id = event.item.id ?? newId();
  const afterId = event.previous_item_id ?? null;
  if (conversation.find(id) !== null)
    return refused(
      "item_create_duplicate_item_id",
      `Error adding item: the item with id '${id}' already exists.`,
      "item.id",
    );
  if (afterId !== null && afterId !== "root" && conversation.find(afterId) === null)
    return refused(
      "item_create_invalid_previous_item_id",
      `Error adding item: the previous item with id '${afterId}' does not exist.`,
      "previous_item_id",
    );
  if (conversation.isFull)
    return refused("invalid_value", "The practice provider holds no more items.", "item");
  const wire = { status: "completed", ...event.item, id, object: "realtime.item" };
  return { kind: "created", item: { id, wire, isAgentAudio: false, sentMs: 0 }, afterId };
}

function truncate(
  event: Extract<ItemEvent, { type: "conversation.item.truncate" }>,
  conversation: Conversation,
): ItemDecision {
  const item = conversation.find(event.item_id);
  if (item === null) return missing("truncat", event.item_id);
  if (!item.isAgentAudio)
    return refused(
      "unsupported_content_type",
      "Only model output audio messages can be truncated",
      null,
    );
  if (event.audio_end_ms > item.sentMs) {
    const message = `Audio content of ${String(Math.floor(item.sentMs))}ms is already shorter than ${String(event.audio_end_ms)}ms`;
    return refused("invalid_value", message, null);
  }
  item.sentMs = event.audio_end_ms;
  // The real service forgets the whole text with the audio that was not heard.
  item.wire = { ...item.wire, content: [{ type: "output_audio" }] };
  const { item_id, audio_end_ms } = event;
  return {
    kind: "answered",
    frame: { type: "conversation.item.truncated", item_id, content_index: 0, audio_end_ms },
  };
}

function missing(verb: "retriev" | "delet" | "truncat", id: string): ItemDecision {
  const message = `Error ${verb}ing item: the item with id '${id}' does not exist.`;
  return refused(`item_${verb}e_invalid_item_id`, message, "item_id");
}

function refused(code: string, message: string, param: string | null): ItemDecision {
  return { kind: "refused", refusal: { code, message, param } };
}
