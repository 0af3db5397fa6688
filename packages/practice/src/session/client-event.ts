import { clientEventShape } from "./client-shapes.ts";
import { isObject, type Problem } from "./shape.ts";

type Tree = Readonly<Record<string, unknown>>;

export type ClientItem = Tree & {
  readonly type: "message" | "function_call" | "function_call_output";
  readonly id?: string;
  readonly role?: "user" | "assistant" | "system";
};

export type ResponseRequest = {
  readonly instructions?: string;
  readonly conversation?: "auto" | "none";
  readonly output_modalities?: readonly string[];
  readonly metadata?: Tree | null;
  readonly audio?: { readonly output?: { readonly voice?: string | { readonly id: string } } };
};

/** A client's event that has the shape the real service accepts. */
export type ClientEvent = { readonly event_id?: string } & (
  | { readonly type: "session.update"; readonly session: Tree }
  | { readonly type: "input_audio_buffer.append"; readonly audio: string }
  | {
      readonly type:
        "input_audio_buffer.commit" | "input_audio_buffer.clear" | "output_audio_buffer.clear";
    }
  | {
      readonly type: "conversation.item.create";
      readonly item: ClientItem;
      readonly previous_item_id?: string | null;
    }
  | {
      readonly type: "conversation.item.retrieve" | "conversation.item.delete";
      readonly item_id: string;
    }
  | {
      readonly type: "conversation.item.truncate";
      readonly item_id: string;
      readonly audio_end_ms: number;
    }
  | { readonly type: "response.create"; readonly response?: ResponseRequest | null }
  | { readonly type: "response.cancel"; readonly response_id?: string }
);

/** What the `error` event says of it. */
export type EventRefusal = Omit<Problem, "param"> & { readonly param: string | null };

/** What a text frame says: an event, or what the real service has against it. */
export function parseClientEvent(
  frameText: string,
):
  | { readonly event: ClientEvent }
  | { readonly refusal: EventRefusal; readonly eventId: string | null } {
  let value: unknown;
  try {
    value = JSON.parse(frameText);
  } catch {
    const message = "Could not parse your message as JSON.";
    return { refusal: { code: "invalid_json", message, param: null }, eventId: null };
  }
  const problem = clientEventShape(value, "");
  const eventId =
    isObject(value) && typeof value["event_id"] === "string" ? value["event_id"] : null;
  // The one cast: the shape has just been checked, and this is the border.
  return problem === null ? { event: value as ClientEvent } : { refusal: problem, eventId };
}
