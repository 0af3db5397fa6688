import { unreachable } from "@agentcall/base";
import type { CallAction } from "./call-state.ts";
import type { Conversation } from "./conversation.ts";

export type TalkingAction = Extract<
  CallAction,
  {
    kind:
      | "replace-session"
      | "rest-session"
      | "wake-session"
      | "close-session"
      | "announce"
      | "play"
      | "warn-of-end";
  }
>;

/** Carries out what a call has decided about its conversation. */
export function doTalking(action: TalkingAction, conversation: Conversation): void {
  switch (action.kind) {
    case "replace-session":
      conversation.replace(action.key);
      return;
    case "rest-session":
      conversation.rest();
      return;
    case "wake-session":
      conversation.wake();
      return;
    case "close-session":
      conversation.close();
      return;
    case "announce":
      conversation.announce(action.why, action.text);
      return;
    case "play":
      if (action.what === "ringback") conversation.downlink.playRingback();
      else conversation.say(action.what);
      return;
    case "warn-of-end":
      conversation.tell(endWarning);
      return;
    default:
      unreachable(action);
  }
}

const endWarning =
  "[The call ends in 30 seconds. Tell the caller so now, in one short sentence, and come to an end.]";
