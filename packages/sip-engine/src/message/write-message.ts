import { invariant } from "@agentcall/base";
import type { SipMessage } from "./sip-message.ts";

/**
 * The bytes of a message. Content-Length is always written from the body itself, last of the
 * headers, whatever the headers say. Throws `InvariantError` for text that would break the line
 * it stands in: values from outside come through `parseSipMessage`, which lets none through.
 */
export function writeSipMessage(message: SipMessage): Buffer {
  let head = startLine(message);
  for (const header of message.headers) {
    if (header.name !== "Content-Length") head += `\r\n${header.name}: ${header.value}`;
  }
  // A break inside a value would show as one line more than there are headers.
  invariant(!hasStrayBreak(message), "a SIP header value holds no line break");
  head += `\r\nContent-Length: ${String(message.body.length)}\r\n\r\n`;
  if (message.body.length === 0) return Buffer.from(head, "utf8");
  const headBytes = Buffer.byteLength(head, "utf8");
  const bytes = Buffer.allocUnsafe(headBytes + message.body.length);
  bytes.write(head, 0, "utf8");
  message.body.copy(bytes, headBytes);
  return bytes;
}

function startLine(message: SipMessage): string {
  return message.kind === "request"
    ? `${message.method} ${message.uri} SIP/2.0`
    : `SIP/2.0 ${String(message.status)} ${message.reason}`;
}

const lineBreak = /[\r\n]/;

function hasStrayBreak(message: SipMessage): boolean {
  if (lineBreak.test(startLine(message))) return true;
  return message.headers.some(
    (header) => lineBreak.test(header.value) || lineBreak.test(header.name),
  );
}
