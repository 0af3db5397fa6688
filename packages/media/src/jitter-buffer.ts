import type { G711Codec } from "./g711.ts";
import type { RtpHeader } from "./rtp-header.ts";
import { SequenceUnwrapper } from "./sequence-unwrapper.ts";

/** Where ordered audio goes. The bytes belong to the sink only while it runs. */
export type UplinkSink = {
  audio(source: Uint8Array, offset: number, bytes: number): void;
  silence(samples: number): void;
};

export type JitterCounters = {
  received: number;
  /** Never came, or came after their place had been filled (those are `late` as well). */
  lost: number;
  late: number;
  reordered: number;
  duplicate: number;
  /** Came when the stream was far ahead of real time already. */
  surplus: number;
  silenceFilledMs: number;
  /** New SSRC, a jump of the sequence, or of the timestamp. */
  resets: number;
};

const samplesPerMs = 8;
const frameSamples = 160; // 20 ms
const waitingPacketsMax = 16; // 320 ms: far more than a gap may wait for
const jumpPacketsMax = 100; // 2 s: beyond it the sender began anew (RFC 3550 appendix A.1 takes 3,000 for big sessions)
const slackMs = 20; // one frame beyond the depth before silence takes the place of what does not come
const aheadMsMax = 1_000; // a burst after a stall may run ahead by this much; more would be an attack or a broken clock
const packetBytesMax = 1_500;
const historyPackets = 256; // more than two jumps, so that no two packets in reach share a place

/** A packet that waits for the ones before it. */
type Waiting = {
  sequence: number; // -1 when free
  timestamp: number;
  arrivedAtMs: number;
  bytes: number;
  readonly payload: Uint8Array;
};

/**
 * Puts packets in order and keeps the time of the stream in step with real time.
 *
 * A packet in its turn passes at once. Only a gap waits, for `depthMs` at most; then silence
 * takes the place of what did not come. When nothing comes at all (hold, discontinuous
 * transmission, a broken path) silence follows real time, a depth behind it. `atMs` is the
 * monotonic time; whoever owns the buffer calls `tick` each 20 ms.
 */
export class JitterBuffer {
  readonly counters: JitterCounters = {
    received: 0,
    lost: 0,
    late: 0,
    reordered: 0,
    duplicate: 0,
    surplus: 0,
    silenceFilledMs: 0,
    resets: 0,
  };
  readonly #depthMs: number;
  readonly #sink: UplinkSink;
  readonly #unwrapper = new SequenceUnwrapper();
  readonly #waiting: Waiting[] = [];
  readonly #seen = new Int32Array(historyPackets).fill(-1);
  #waitingCount = 0;
  #startedAtMs: number | null = null;
  /** Samples handed on, silence included: the stream's own time. */
  #handedOn = 0;
  #ssrc: number | null = null;
  #next = 0;
  #highest = 0;
  #lastTimestamp = 0;
  /** Where on the stream's time the packet after `#lastTimestamp` belongs, less its timestamp step. */
  #lastPosition = 0;
  #transitSamples: number | null = null;
  #jitterSamples = 0;

  /** `codec` names the stream in counters and logs; G.711 has as many bytes as samples. */
  constructor(options: { codec: G711Codec; depthMs: number; sink: UplinkSink }) {
    this.#depthMs = options.depthMs;
    this.#sink = options.sink;
  }

  /** Interarrival jitter, RFC 3550 section 6.4.1 and appendix A.8. */
  get jitterMs(): number {
    return this.#jitterSamples / samplesPerMs;
  }

  /** Takes a packet. Its bytes are used now or copied, so the buffer may be used again. */
  push(header: RtpHeader, packet: Uint8Array, atMs: number): void {
    this.#startedAtMs ??= atMs;
    this.counters.received += 1;
    if (header.ssrc !== this.#ssrc) this.#begin(header);
    this.#measureJitter(header.timestamp, atMs);
    let sequence = this.#unwrapper.unwrap(header.sequenceNumber);
    if (Math.abs(sequence - this.#next) > jumpPacketsMax) {
      this.#begin(header);
      sequence = this.#next;
    }
    if (this.#wasSeen(sequence)) {
      this.counters.duplicate += 1;
      return;
    }
    this.#seen[sequence % historyPackets] = sequence;
    if (sequence < this.#next) {
      this.counters.late += 1;
      return;
    }
    if (sequence < this.#highest) this.counters.reordered += 1;
    else this.#highest = sequence;
    if (sequence > this.#next) {
      this.#wait(sequence, header, packet, atMs);
      return;
    }
    this.#handOn(header.timestamp, packet, header.payloadOffset, header.payloadBytes, atMs);
    this.#next = sequence + 1;
    this.#handOnWaiting(atMs);
  }

  /** Gives up on gaps that waited long enough, and lets silence follow real time. */
  tick(atMs: number): void {
    this.#startedAtMs ??= atMs;
    while (this.#waitingCount > 0 && atMs - this.#oldestArrivalMs() >= this.#depthMs) {
      this.#giveUpGap(atMs);
    }
    const behindMs = atMs - this.#startedAtMs - this.#handedOn / samplesPerMs;
    const allowedMs = this.#depthMs + slackMs;
    if (behindMs <= allowedMs) return;
    const frames = Math.ceil((behindMs - allowedMs) / (frameSamples / samplesPerMs));
    this.#fill(frames * frameSamples);
  }

  /** The sender pauses and will go on elsewhere in its sequence: nothing in between is lost. */
  restart(): void {
    this.#ssrc = null;
  }

  #begin(header: RtpHeader): void {
    if (this.#ssrc !== null) this.counters.resets += 1;
    for (const place of this.#waiting) place.sequence = -1;
    this.#waitingCount = 0;
    this.#unwrapper.reset();
    this.#seen.fill(-1);
    this.#ssrc = header.ssrc;
    this.#next = this.#unwrapper.unwrap(header.sequenceNumber);
    this.#highest = this.#next;
    this.#lastTimestamp = header.timestamp;
    this.#lastPosition = this.#handedOn;
    this.#transitSamples = null;
  }

  #measureJitter(timestamp: number, atMs: number): void {
    const transit = atMs * samplesPerMs - timestamp;
    if (this.#transitSamples !== null) {
      const difference = Math.abs(transit - this.#transitSamples);
      // A wrapped timestamp is 2^32 away: it is not jitter.
      if (difference < samplesPerMs * 60_000) {
        this.#jitterSamples += (difference - this.#jitterSamples) / 16;
      }
    }
    this.#transitSamples = transit;
  }

  #wasSeen(sequence: number): boolean {
    return this.#seen[sequence % historyPackets] === sequence;
  }

  #wait(sequence: number, header: RtpHeader, packet: Uint8Array, atMs: number): void {
    const place = this.#freePlace();
    const bytes = Math.min(header.payloadBytes, packetBytesMax);
    for (let index = 0; index < bytes; index += 1) {
      place.payload[index] = packet[header.payloadOffset + index] ?? 0;
    }
    place.sequence = sequence;
    place.timestamp = header.timestamp;
    place.arrivedAtMs = atMs;
    place.bytes = bytes;
    this.#waitingCount += 1;
    // Only now: the one too many may itself belong before all that wait.
    if (this.#waitingCount > waitingPacketsMax) this.#giveUpGap(atMs);
  }

  /** Places are made when first needed: a call without loss or disorder has none. */
  #freePlace(): Waiting {
    for (const place of this.#waiting) if (place.sequence === -1) return place;
    const place: Waiting = {
      sequence: -1,
      timestamp: 0,
      arrivedAtMs: 0,
      bytes: 0,
      payload: new Uint8Array(packetBytesMax),
    };
    this.#waiting.push(place);
    return place;
  }

  #handOnWaiting(atMs: number): void {
    while (this.#waitingCount > 0) {
      const place = this.#waitingAt(this.#next);
      if (place === null) return;
      place.sequence = -1;
      this.#waitingCount -= 1;
      this.#handOn(place.timestamp, place.payload, 0, place.bytes, atMs);
      this.#next += 1;
    }
  }

  /** The missing packets before the first one that waits are lost; their time becomes silence. */
  #giveUpGap(atMs: number): void {
    let first = Number.POSITIVE_INFINITY;
    for (const { sequence } of this.#waiting) {
      if (sequence !== -1 && sequence < first) first = sequence;
    }
    this.counters.lost += first - this.#next;
    this.#next = first;
    this.#handOnWaiting(atMs);
  }

  #waitingAt(sequence: number): Waiting | null {
    for (const place of this.#waiting) if (place.sequence === sequence) return place;
    return null;
  }

  #oldestArrivalMs(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { sequence, arrivedAtMs } of this.#waiting) {
      if (sequence !== -1 && arrivedAtMs < oldest) oldest = arrivedAtMs;
    }
    return oldest;
  }

  /** Hands a packet on at its place in time, with silence before it where time is missing. */
  #handOn(
    timestamp: number,
    source: Uint8Array,
    offset: number,
    bytes: number,
    atMs: number,
  ): void {
    const elapsed = (atMs - (this.#startedAtMs ?? atMs)) * samplesPerMs;
    const step = (timestamp - this.#lastTimestamp) | 0; // 32 bits: right across the wrap
    let position = this.#lastPosition + step;
    const furthest = Math.max(elapsed, this.#handedOn) + aheadMsMax * samplesPerMs;
    if (step < 0 || position > furthest) {
      // The sender's clock jumped. What follows is audio all the same: it goes on from here.
      this.counters.resets += 1;
      position = this.#handedOn;
    }
    if (position > this.#handedOn) this.#fill(position - this.#handedOn);
    this.#lastTimestamp = timestamp;
    this.#lastPosition = position;
    if (this.#handedOn - elapsed > aheadMsMax * samplesPerMs) {
      this.counters.surplus += 1;
      this.#lastPosition = position - bytes; // its time is cut out, not filled
      return;
    }
    this.#sink.audio(source, offset, bytes);
    this.#handedOn += bytes;
  }

  #fill(samples: number): void {
    this.#sink.silence(samples);
    this.#handedOn += samples;
    this.counters.silenceFilledMs += samples / samplesPerMs;
  }
}
