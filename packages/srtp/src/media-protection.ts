import type { SrtpKeying } from "@agentcall/media";
import { SrtpReceiver } from "./srtp-receiver.ts";
import { SrtpSender } from "./srtp-sender.ts";
import type { StreamKeys } from "./stream-keys.ts";

/** What protects one call's packets at this moment. */
export class MediaProtection {
  readonly keys: StreamKeys;
  readonly sender: SrtpSender;
  readonly receiver: SrtpReceiver;

  private constructor(keys: StreamKeys, sender: SrtpSender, receiver: SrtpReceiver) {
    this.keys = keys;
    this.sender = sender;
    this.receiver = receiver;
  }

  /**
   * Follows what was agreed last. A direction whose key stays goes on counting where it is
   * (RFC 4568 section 7.1.4); null for plain packets.
   */
  static following(
    keys: StreamKeys | null,
    present: MediaProtection | null,
  ): MediaProtection | null {
    if (keys === null) return null;
    const sender = isSame(keys.send, present?.keys.send) ? present?.sender : undefined;
    const receiver = isSame(keys.receive, present?.keys.receive) ? present?.receiver : undefined;
    return new MediaProtection(
      keys,
      sender ?? new SrtpSender(keys.send),
      receiver ?? new SrtpReceiver(keys.receive),
    );
  }
}

function isSame(keying: SrtpKeying, other: SrtpKeying | undefined): boolean {
  return keying.suite === other?.suite && keying.masterKey.reveal() === other.masterKey.reveal();
}
