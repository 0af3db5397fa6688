import { parseNameAddr, writeNameAddr } from "../message/name-addr.ts";
import type { SipHeader } from "../message/sip-message.ts";
import type { Protocol } from "../transport/flow.ts";

const addressHeaders: ReadonlySet<string> = new Set([
  "From",
  "To",
  "Contact",
  "P-Asserted-Identity",
]);

/**
 * An application writes `@localhost` where our own address is meant, and leaves brackets away:
 * both are put right in the headers that hold addresses. Others go out as they are.
 */
export function withOwnAddress(header: SipHeader, hostPort: string): SipHeader {
  if (!addressHeaders.has(header.name)) return header;
  const value = header.value.replaceAll(/@localhost(?![\w.-])/g, `@${hostPort}`);
  const address = parseNameAddr(value);
  return { name: header.name, value: address === null ? value : writeNameAddr(address) };
}

/** Our Contact, by which the other side reaches us in the same way. */
export function ownContact(hostPort: string, protocol: Protocol): SipHeader {
  const transport = protocol === "udp" ? "" : `;transport=${protocol}`;
  return { name: "Contact", value: `<sip:${hostPort}${transport}>` };
}
