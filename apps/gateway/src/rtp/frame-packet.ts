import type { Random } from "@agentcall/base";
import {
  type TelephoneEvent,
  telephoneEventBytes,
  writeRtpHeader,
  writeTelephoneEvent,
} from "@agentcall/media";

const headerBytes = 12;

/**
 * The one packet that a call sends again and again: its header is written once and afterwards
 * only what changes, so that sending a frame allocates nothing. Sequence number, timestamp and
 * SSRC begin by chance (RFC 3550 section 5.1).
 */
export class FramePacket {
  /** Header and one frame. */
  readonly bytes: Uint8Array;
  readonly ssrc: number;
  readonly #frameSamples: number;
  readonly #longest: Uint8Array;
  readonly #event = new Uint8Array(headerBytes + telephoneEventBytes);
  #payloadType: number;
  #sequenceNumber: number;
  /** Signed 32 bits, as V8 keeps them in the object; unsigned half of them would be boxed with each frame. */
  #timestamp: number;
  #afterGap = true;

  /** G.711: a frame has as many bytes as samples. `packetSamplesMax` is what `packet` may be given. */
  constructor(
    payloadType: number,
    frameSamples: number,
    random: Random,
    packetSamplesMax = frameSamples,
  ) {
    this.#longest = new Uint8Array(headerBytes + packetSamplesMax);
    this.bytes = this.#longest.subarray(0, headerBytes + frameSamples);
    this.ssrc = random.below(2 ** 32);
    this.#payloadType = payloadType;
    this.#frameSamples = frameSamples;
    // In the lower half, so that no loss at the start hides a wrap from SRTP (RFC 4568 section 6.4).
    this.#sequenceNumber = random.below(2 ** 15);
    this.#timestamp = random.below(2 ** 32) | 0;
    writeRtpHeader(this.bytes, {
      marker: false,
      payloadType,
      sequenceNumber: this.#sequenceNumber,
      timestamp: this.timestamp,
      ssrc: this.ssrc,
    });
  }

  /** A re-INVITE has brought another codec: the stream goes on under its number. */
  changePayloadType(payloadType: number): void {
    this.#payloadType = payloadType;
  }

  /** Where the frame's bytes begin. */
  get frameOffset(): number {
    return headerBytes;
  }

  /** The timestamp of the frame that is sent next, for sender reports. */
  get timestamp(): number {
    return this.#timestamp >>> 0;
  }

  /** Completes the header of the next frame. The marker bit tells the start of a talkspurt (RFC 3551 section 4.1). */
  next(talkspurt: boolean): Uint8Array {
    this.#writeHeader(talkspurt);
    this.skip(1, false);
    return this.bytes;
  }

  /** A packet of these samples, where they are not a frame: another packet time was agreed. */
  packet(samples: Uint8Array, talkspurt: boolean): Uint8Array {
    this.#longest.set(samples, headerBytes);
    this.#writeHeader(talkspurt);
    this.#timestamp = (this.#timestamp + samples.length) | 0;
    return this.#longest.subarray(0, headerBytes + samples.length);
  }

  #writeHeader(talkspurt: boolean): void {
    const marker = talkspurt || this.#afterGap;
    this.#afterGap = false;
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.bytes[1] = (marker ? 0x80 : 0) | this.#payloadType;
    this.bytes[2] = this.#sequenceNumber >> 8;
    this.bytes[3] = this.#sequenceNumber & 0xff;
    this.bytes[4] = this.#timestamp >>> 24;
    this.bytes[5] = (this.#timestamp >>> 16) & 0xff;
    this.bytes[6] = (this.#timestamp >>> 8) & 0xff;
    this.bytes[7] = this.#timestamp & 0xff;
  }

  /**
   * A telephone event in the place of a frame. All packets of a key press bear the timestamp of its
   * beginning, `frame` frames ago, and the first one the marker bit (RFC 4733 section 2.5.1.2).
   */
  event(payloadType: number, event: TelephoneEvent, frame: number): Uint8Array {
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    writeRtpHeader(this.#event, {
      marker: frame === 0,
      payloadType,
      sequenceNumber: this.#sequenceNumber,
      timestamp: (this.#timestamp - frame * this.#frameSamples) >>> 0,
      ssrc: this.ssrc,
    });
    writeTelephoneEvent(this.#event, headerBytes, event);
    this.skip(1);
    return this.#event;
  }

  /** Lets the time of samples pass that are dropped. */
  skipSamples(samples: number): void {
    this.#timestamp = (this.#timestamp + samples) | 0;
  }

  /** Lets the time of frames pass that are not sent. */
  skip(frames: number, gap = true): void {
    this.#timestamp = (this.#timestamp + frames * this.#frameSamples) | 0;
    if (gap) this.#afterGap = true;
  }
}
