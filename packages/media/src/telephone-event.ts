import type { RtpHeader } from "./rtp-header.ts";

/** The digits by their event codes (RFC 4733 section 3.2, table 3). */
const digits = "0123456789*#ABCD";

export type TelephoneEvent = {
  readonly digit: string;
  /** The key was let go: the packet that tells this is sent three times. */
  readonly ended: boolean;
  /** 0 to 63, in dB below full scale. */
  readonly volume: number;
  readonly durationSamples: number;
};

export const telephoneEventBytes = 4;

const overtakenSamplesMax = 16_000; // 2 s: further behind, the sender's clock was set back

/**
 * Reads the payload of a telephone-event packet (RFC 4733 section 2.3), or null where it is too
 * short or names something that is not a digit.
 *
 *     |     event     |E|R| volume    |          duration             |
 */
export function parseTelephoneEvent(
  packet: Uint8Array,
  offset: number,
  bytes: number,
): TelephoneEvent | null {
  if (bytes < telephoneEventBytes) return null;
  const digit = digits[packet[offset] ?? digits.length];
  if (digit === undefined) return null;
  const flags = packet[offset + 1] ?? 0;
  return {
    digit,
    ended: (flags & 0x80) !== 0,
    volume: flags & 0x3f,
    durationSamples: ((packet[offset + 2] ?? 0) << 8) | (packet[offset + 3] ?? 0),
  };
}

/** Writes the four bytes of a payload. The digit is one of `0`–`9`, `*`, `#`, `A`–`D`. */
export function writeTelephoneEvent(into: Uint8Array, offset: number, event: TelephoneEvent): void {
  into[offset] = digits.indexOf(event.digit);
  into[offset + 1] = (event.ended ? 0x80 : 0) | event.volume;
  into[offset + 2] = event.durationSamples >> 8;
  into[offset + 3] = event.durationSamples & 0xff;
}

/**
 * Tells each key press once. All packets of one press carry the timestamp of its beginning, so a
 * press whose first packets, or whose end packets, were lost is still one press.
 */
export class TelephoneEventCollector {
  #pressedAt: number | null = null;

  /** The digit, with the first packet of a press that arrives; null for all that follow. */
  push(header: RtpHeader, packet: Uint8Array): string | null {
    const event = parseTelephoneEvent(packet, header.payloadOffset, header.payloadBytes);
    if (event === null || this.#isOfKnownPress(header.timestamp)) return null;
    this.#pressedAt = header.timestamp;
    return event.digit;
  }

  /** Of the last press, or of one before it that was overtaken on the way. */
  #isOfKnownPress(timestamp: number): boolean {
    if (this.#pressedAt === null) return false;
    const behind = (this.#pressedAt - timestamp) | 0; // 32 bits: right across the wrap
    return behind >= 0 && behind < overtakenSamplesMax;
  }
}
