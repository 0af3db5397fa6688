import type { Random } from "@agentcall/base";
import { type SrtpKeying, srtpSuites } from "@agentcall/media";
import { newMasterKey } from "./master-key.ts";

/** What a stream is protected with: one suite, and a key of each side for what it sends. */
export type StreamKeys = { readonly send: SrtpKeying; readonly receive: SrtpKeying };

/** Keys of ours for an offer: one for each suite, the preferred one first. */
export function offeredKeyings(random: Random): readonly SrtpKeying[] {
  return srtpSuites.map((suite, index) => ({
    tag: index + 1,
    suite,
    masterKey: newMasterKey(random),
  }));
}

/** What was agreed by an answer, which names the line of ours that it took by its tag; null for neither. */
export function keysOfAnswer(
  offered: readonly SrtpKeying[],
  answered: readonly SrtpKeying[],
): StreamKeys | null {
  const [receive] = answered;
  if (receive === undefined) return null;
  const send = offered.find(({ tag, suite }) => tag === receive.tag && suite === receive.suite);
  return send === undefined ? null : { send, receive };
}

/**
 * What an answer of ours agrees to: the first of the offer's keyings, and a key of ours. Ours stays
 * as long as the stream is protected by the same suite without a break. A key that was left is never
 * taken up again, since its packets would be numbered from the start: two of one number give each
 * other away.
 */
export function keysForAnswer(
  offered: readonly SrtpKeying[],
  present: StreamKeys | null,
  random: Random,
): StreamKeys | null {
  const [receive] = offered;
  if (receive === undefined) return null;
  const masterKey =
    present?.send.suite === receive.suite ? present.send.masterKey : newMasterKey(random);
  return { send: { tag: receive.tag, suite: receive.suite, masterKey }, receive };
}
