import { parseSipMessage } from "../message/parse-message.ts";
import type { SipMessage } from "../message/sip-message.ts";

/** What an application asks. */
export type ControlMessage =
  | { readonly verb: "authenticate"; readonly id: string; readonly secret: string }
  | { readonly verb: "route"; readonly id: string; readonly method: string }
  | { readonly verb: "remove_route"; readonly id: string; readonly method: string }
  | { readonly verb: "ping"; readonly id: string }
  | {
      readonly verb: "sip";
      readonly id: string;
      /** Of the transaction that is answered or cancelled; empty for a new request. */
      readonly transactionId: string;
      /** Of the dialog that a new request belongs to, or empty. */
      readonly dialogId: string;
      /** Where a new request goes instead of to its URI, or empty. */
      readonly routeUrl: string;
      readonly message: SipMessage;
    };

/** Why a payload is no such message; `id` is there when it could be read, so that it can be answered. */
export type ControlFault = {
  readonly verb: "fault";
  readonly id: string | null;
  readonly reason: string;
};

const idForm = /^[A-Za-z0-9-]{1,64}$/;
const fieldCharsMax = 1_024;

/** Reads one payload. Never throws. */
export function parseControlMessage(payload: Buffer): ControlMessage | ControlFault {
  const lineEnd = payload.indexOf("\r\n");
  const line = payload.toString("utf8", 0, lineEnd < 0 ? payload.length : lineEnd);
  const [id = "", verb = "", ...fields] = line.split("|");
  if (!idForm.test(id)) return { verb: "fault", id: null, reason: "malformed message id" };
  if (fields.some((field) => field.length > fieldCharsMax)) {
    return { verb: "fault", id, reason: "field too long" };
  }
  const [first = "", second = "", third = ""] = fields;
  switch (verb) {
    case "authenticate":
      return { verb, id, secret: first };
    case "route":
    case "remove_route":
      return { verb, id, method: first.toUpperCase() };
    case "ping":
      return { verb, id };
    case "sip": {
      const message = parseSipMessage(
        payload.subarray(lineEnd < 0 ? payload.length : lineEnd + 2),
        "rest",
      );
      if (message.kind === "refusal") {
        return { verb: "fault", id, reason: `invalid SIP message: ${message.reason}` };
      }
      return { verb, id, transactionId: first, dialogId: second, routeUrl: third, message };
    }
    default:
      return { verb: "fault", id, reason: "unknown message type" };
  }
}
