import type { G711Codec } from "./g711.ts";
import type { RtpHeader } from "./rtp-header.ts";

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
const aheadSamplesMax = 1_000 * samplesPerMs; // a burst after a stall may run ahead by this much; more would be an attack or a broken clock
const jitterSamplesMax = 60_000 * samplesPerMs; // further apart the sender's clock was set, and that is not jitter
const packetBytesMax = 1_500;
const sequenceModulus = 65_536;

/** A packet that waits for the ones before it. */
type Waiting = {
  sequence: number; // -1 when free
  timestamp: number;
  arrivedAt: number;
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
 *
 * All numbers that a packet changes are whole and fit into 32 bits, time being counted in samples
 * since the start: V8 keeps those in the object itself, and a fraction in a box of its own that
 * 200 calls would have fetched from memory 10,000 times a second.
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
  readonly #depth: number;
  readonly #sink: UplinkSink;
  readonly #waiting: Waiting[] = [];
  #waitingCount = 0;
  #hasStarted = false;
  #startedAt = 0;
  /** Samples handed on, silence included: the stream's own time. */
  #handedOn = 0;
  #isFollowing = false;
  #ssrc = 0;
  /** Sequence numbers here only grow: unwrapped at the edge, by the one that is due. */
  #next = 0;
  #highest = 0;
  /** Where the stream began; what came before that is late. */
  #first = 0;
  /** Those before `#next` that never came, as far back as a packet may be late. */
  readonly #missing = new Set<number>();
  #lastTimestamp = 0;
  /** Where on the stream's time the packet after `#lastTimestamp` belongs, less its timestamp step. */
  #lastPosition = 0;
  #knowsTransit = false;
  #transit = 0;
  /** In sixteenths of a sample. */
  #jitter = 0;

  /** `codec` names the stream in counters and logs; G.711 has as many bytes as samples. */
  constructor(options: { codec: G711Codec; depthMs: number; sink: UplinkSink }) {
    this.#depth = options.depthMs * samplesPerMs;
    this.#sink = options.sink;
  }

  /** Interarrival jitter, RFC 3550 section 6.4.1 and appendix A.8. */
  get jitterMs(): number {
    return this.#jitter / 16 / samplesPerMs;
  }

  /** Takes a packet. Its bytes are used now or copied, so the buffer may be used again. */
  push(header: RtpHeader, packet: Uint8Array, atMs: number): void {
    const elapsed = this.#elapsedAt(atMs);
    this.counters.received += 1;
    if (!this.#isFollowing || (header.ssrc | 0) !== this.#ssrc) this.#begin(header);
    this.#measureJitter(header.timestamp, elapsed);
    // By 16 bits, so that it is right across the wrap (RFC 3550 appendix A.1).
    let ahead = ((header.sequenceNumber - this.#next) << 16) >> 16;
    if (ahead > jumpPacketsMax || ahead < -jumpPacketsMax) {
      this.#begin(header);
      ahead = 0;
    }
    const sequence = this.#next + ahead;
    if (ahead !== 0 && this.#isOldOrKnown(sequence)) return;
    if (sequence < this.#highest) this.counters.reordered += 1;
    else this.#highest = sequence;
    if (ahead > 0) {
      this.#wait(sequence, header, packet, elapsed);
      return;
    }
    this.#handOn(header.timestamp, packet, header.payloadOffset, header.payloadBytes, elapsed);
    this.#next = sequence + 1;
    if (this.#waitingCount > 0) this.#handOnWaiting(elapsed);
  }

  /** Gives up on gaps that waited long enough, and lets silence follow real time. */
  tick(atMs: number): void {
    const elapsed = this.#elapsedAt(atMs);
    while (this.#waitingCount > 0 && elapsed - this.#oldestArrival() >= this.#depth) {
      this.#giveUpGap(elapsed);
    }
    // The gap before what waits is given up in its own time: silence now would make it longer.
    if (this.#waitingCount > 0) return;
    const late = elapsed - this.#handedOn - this.#depth - slackMs * samplesPerMs;
    if (late > 0) this.#fill(Math.ceil(late / frameSamples) * frameSamples);
  }

  /** The sender pauses and will go on elsewhere in its sequence: nothing in between is lost. */
  restart(): void {
    this.#isFollowing = false;
  }

  /** Samples since the first packet or tick: 32 bits hold 74 hours of a call. */
  #elapsedAt(atMs: number): number {
    const at = (atMs * samplesPerMs) | 0;
    if (!this.#hasStarted) {
      this.#hasStarted = true;
      this.#startedAt = at;
    }
    return (at - this.#startedAt) | 0;
  }

  #begin(header: RtpHeader): void {
    if (this.#isFollowing) this.counters.resets += 1;
    for (const place of this.#waiting) place.sequence = -1;
    this.#waitingCount = 0;
    this.#isFollowing = true;
    this.#ssrc = header.ssrc | 0;
    this.#next = header.sequenceNumber + sequenceModulus; // room for packets from before the first one
    this.#highest = this.#next;
    this.#first = this.#next;
    this.#missing.clear();
    this.#lastTimestamp = header.timestamp | 0;
    this.#lastPosition = this.#handedOn;
    this.#knowsTransit = false;
  }

  /** In whole numbers, as appendix A.8 does it, and in 32 bits, so that a wrap is no jitter. */
  #measureJitter(timestamp: number, elapsed: number): void {
    const transit = (elapsed - timestamp) | 0;
    const difference = Math.abs((transit - this.#transit) | 0);
    if (this.#knowsTransit && difference < jitterSamplesMax) {
      this.#jitter += difference - ((this.#jitter + 8) >> 4);
    }
    this.#knowsTransit = true;
    this.#transit = transit;
  }

  /** A packet that is not the one that is due: counts it where there is no use for it. */
  #isOldOrKnown(sequence: number): boolean {
    if (sequence > this.#next) {
      if (this.#waitingAt(sequence) === null) return false;
      this.counters.duplicate += 1;
      return true;
    }
    if (sequence < this.#first) {
      this.#miss(this.#first - jumpPacketsMax, this.#first);
      this.#first -= jumpPacketsMax;
    }
    if (this.#missing.delete(sequence)) this.counters.late += 1;
    else this.counters.duplicate += 1;
    return true;
  }

  /** Remembers packets that did not come, and forgets those that may not come any more. */
  #miss(from: number, to: number): void {
    for (let sequence = from; sequence < to; sequence += 1) this.#missing.add(sequence);
    for (const oldest of this.#missing) {
      if (oldest >= this.#next - jumpPacketsMax) break;
      this.#missing.delete(oldest);
    }
  }

  #wait(sequence: number, header: RtpHeader, packet: Uint8Array, elapsed: number): void {
    const place = this.#freePlace();
    const bytes = Math.min(header.payloadBytes, packetBytesMax);
    for (let index = 0; index < bytes; index += 1) {
      place.payload[index] = packet[header.payloadOffset + index] ?? 0;
    }
    place.sequence = sequence;
    place.timestamp = header.timestamp;
    place.arrivedAt = elapsed;
    place.bytes = bytes;
    this.#waitingCount += 1;
    // Only now: the one too many may itself belong before all that wait.
    if (this.#waitingCount > waitingPacketsMax) this.#giveUpGap(elapsed);
  }

  /** Places are made when first needed: a call without loss or disorder has none. */
  #freePlace(): Waiting {
    for (const place of this.#waiting) if (place.sequence === -1) return place;
    const place: Waiting = {
      sequence: -1,
      timestamp: 0,
      arrivedAt: 0,
      bytes: 0,
      payload: new Uint8Array(packetBytesMax),
    };
    this.#waiting.push(place);
    return place;
  }

  #handOnWaiting(elapsed: number): void {
    while (this.#waitingCount > 0) {
      const place = this.#waitingAt(this.#next);
      if (place === null) return;
      place.sequence = -1;
      this.#waitingCount -= 1;
      this.#handOn(place.timestamp, place.payload, 0, place.bytes, elapsed);
      this.#next += 1;
    }
  }

  /** The missing packets before the first one that waits are lost; their time becomes silence. */
  #giveUpGap(elapsed: number): void {
    let first = Number.POSITIVE_INFINITY;
    for (const { sequence } of this.#waiting) {
      if (sequence !== -1 && sequence < first) first = sequence;
    }
    this.counters.lost += first - this.#next;
    this.#miss(this.#next, first);
    this.#next = first;
    this.#handOnWaiting(elapsed);
  }

  #waitingAt(sequence: number): Waiting | null {
    for (const place of this.#waiting) if (place.sequence === sequence) return place;
    return null;
  }

  #oldestArrival(): number {
    let oldest = Number.POSITIVE_INFINITY;
    for (const { sequence, arrivedAt } of this.#waiting) {
      if (sequence !== -1 && arrivedAt < oldest) oldest = arrivedAt;
    }
    return oldest;
  }

  /** Hands a packet on at its place in time, with silence before it where time is missing. */
  #handOn(
    timestamp: number,
    source: Uint8Array,
    offset: number,
    bytes: number,
    elapsed: number,
  ): void {
    const step = (timestamp - this.#lastTimestamp) | 0; // 32 bits: right across the wrap
    let position = this.#lastPosition + step;
    const furthest = Math.max(elapsed, this.#handedOn) + aheadSamplesMax;
    if (step < 0 || position > furthest) {
      // The sender's clock jumped. What follows is audio all the same: it goes on from here.
      this.counters.resets += 1;
      position = this.#handedOn;
    }
    if (position > this.#handedOn) this.#fill(position - this.#handedOn);
    this.#lastTimestamp = timestamp | 0;
    this.#lastPosition = position;
    if (this.#handedOn - elapsed > aheadSamplesMax) {
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
