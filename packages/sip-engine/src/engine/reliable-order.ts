import { parseRSeq } from "../message/rack.ts";
import { headerValue, listsOption, type SipResponse } from "../message/sip-message.ts";
import { toTagOf } from "./response-tag.ts";

/** Whether a response is a provisional one that wants a PRACK (RFC 3262 §4). */
export function isReliable(response: SipResponse): boolean {
  const { status } = response;
  return status > 100 && status < 200 && listsOption(response, "Require", "100rel");
}

/** The reliable provisional responses to one INVITE of ours, each to be passed on once and in order. */
export class ReliableOrder {
  /** By who sent them: an INVITE may reach several. */
  readonly #lastRseqs = new Map<string, number>();

  /** False for one that came again, or before the one that it follows: it will come again. */
  admits(response: SipResponse): boolean {
    if (!isReliable(response)) return true;
    const rseq = parseRSeq(headerValue(response, "RSeq") ?? "");
    if (rseq === null) return true; // whoever reads it will miss the number too
    const tag = toTagOf(response) ?? "";
    const last = this.#lastRseqs.get(tag);
    if (last !== undefined && rseq !== last + 1) return false;
    if (last === undefined && this.#lastRseqs.size >= branchesMax) return false;
    this.#lastRseqs.set(tag, rseq);
    return true;
  }
}

const branchesMax = 20; // telephones that one INVITE may ring at
