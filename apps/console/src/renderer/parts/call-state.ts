import type { CallStatus } from "@agentcall/contract";
import type { StatusKind } from "./status-dot.tsx";

const states: Readonly<Record<CallStatus, { readonly kind: StatusKind; readonly words: string }>> =
  {
    initiated: { kind: "waiting", words: "Coming in" },
    ringing: { kind: "waiting", words: "Ringing" },
    "in-progress": { kind: "good", words: "In conversation" },
    completed: { kind: "off", words: "Completed" },
    busy: { kind: "bad", words: "Busy" },
    no_answer: { kind: "off", words: "Not answered" },
    failed: { kind: "bad", words: "Failed" },
  };

/** A call's status in words. */
export function callStateOf(status: CallStatus): {
  readonly kind: StatusKind;
  readonly words: string;
} {
  return states[status];
}
