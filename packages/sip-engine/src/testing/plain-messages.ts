import {
  emptyBody,
  headerValue,
  type SipRequest,
  type SipResponse,
} from "../message/sip-message.ts";

/** A request with the headers that every request has, and no more. */
export function aRequest(method: string): SipRequest {
  return {
    kind: "request",
    method,
    uri: "sip:callee@127.0.0.1",
    headers: [
      { name: "Via", value: "SIP/2.0/UDP 127.0.0.1:5099;branch=z9hG4bK-1" },
      { name: "Max-Forwards", value: "70" },
      { name: "From", value: "<sip:caller@127.0.0.1>;tag=theirs" },
      { name: "To", value: "<sip:callee@127.0.0.1>" },
      { name: "Call-ID", value: "call-1" },
      { name: "CSeq", value: `1 ${method}` },
    ],
    body: emptyBody,
  };
}

/** A response to it. */
export function aResponse(request: SipRequest, status: number): SipResponse {
  const headers = ["Via", "From", "To", "Call-ID", "CSeq"].map((name) => ({
    name,
    value: `${headerValue(request, name) ?? ""}${name === "To" ? ";tag=ours" : ""}`,
  }));
  return { kind: "response", status, reason: "Test", headers, body: emptyBody };
}
