import type { Random } from "@agentcall/base";
import { parseNameAddr, withTag, writeNameAddr } from "../message/name-addr.ts";
import { newTag } from "../message/sip-ids.ts";
import { headerValue, type SipResponse, withHeader } from "../message/sip-message.ts";

/** The tag in the To of a response, or null. */
export function toTagOf(response: SipResponse): string | null {
  return parseNameAddr(headerValue(response, "To") ?? "")?.params.get("tag") ?? null;
}

/** The response with a tag in its To: a final one has it, also where nobody gave it one. */
export function withOwnTag(response: SipResponse, random: Random): SipResponse {
  const to = parseNameAddr(headerValue(response, "To") ?? "");
  if (to === null || to.params.has("tag")) return response;
  const value = writeNameAddr(withTag(to, newTag(random)));
  return { ...response, headers: withHeader(response.headers, "To", value) };
}
