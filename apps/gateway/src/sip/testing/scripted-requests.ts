import type { OutgoingRequest, SendRequest, SipAnswer } from "../sip-request.ts";

/** The carriers' side of requests out of dialog: answers as the test says, at once, and remembers. */
export class ScriptedRequests {
  readonly sent: OutgoingRequest[] = [];
  answer: (request: OutgoingRequest) => SipAnswer = () => ({ kind: "unanswered" });

  send: SendRequest = (request) => {
    this.sent.push(request);
    return Promise.resolve(this.answer(request));
  };
}

/** An answer of a carrier with these headers. */
export function answered(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = "",
): SipAnswer {
  return {
    kind: "answered",
    status,
    roundTripMs: 12,
    header: (name) => headers[name] ?? null,
    body,
  };
}
