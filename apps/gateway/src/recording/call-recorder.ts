import type { Clock, Secret } from "@agentcall/base";
import type { CallId } from "@agentcall/contract";
import {
  decodeG711,
  DtmfDetector,
  type G711Codec,
  RtpTimeline,
  silenceByte,
} from "@agentcall/media";
import { encodeHeader, SegmentCipher } from "@agentcall/recording";
import type { MediaTap } from "../rtp/media-tap.ts";
import { StereoRing } from "./stereo-ring.ts";

/** Where sealed bytes go, in their order. */
export type SealedSink = {
  append(sealed: Uint8Array): void;
};

export type CallRecorderOptions = {
  readonly callId: CallId;
  /** Base64, 32 bytes. */
  readonly dataKey: Secret;
  /** What both sides come in. */
  readonly codec: G711Codec;
  /** How long it is silent after a key was pressed; null: keys are recorded. */
  readonly pauseMs: number | null;
  readonly sink: SealedSink;
  readonly clock: Clock;
};

const samplesPerMs = 8;
const segmentSamples = 8_000; // a second: what a crash costs at most, with the lag
const segmentBytes = 2 * segmentSamples;
// What a path has delayed, and a key that is recognised late, still finds its second unsealed.
const lagSamples = 400 * samplesPerMs;
const lookAheadSamples = 150 * samplesPerMs; // a key is certain after two blocks of 26 ms
const pieceSamples = 160; // the ear is given 20 ms at a time
const certainSamples = 600; // and is certain of a key within so much of its beginning
const beforeKeySamples = 200 * samplesPerMs; // events are told after the tone began, and tones leak before them

/**
 * Records one call: the caller where RTP says that it spoke, the agent where frames were sent to
 * the caller, both on our own time since the media began. Each second is sealed when all of it must
 * have come; nothing is kept in the clear but the last seconds, in memory.
 */
export class CallRecorder implements MediaTap {
  readonly #options: CallRecorderOptions;
  readonly #ring: StereoRing;
  readonly #timeline = new RtpTimeline();
  readonly #cipher: SegmentCipher;
  readonly #plain = new Uint8Array(segmentBytes);
  readonly #startedMs: number;
  readonly #keys: KeyEar | null;
  readonly #pauses: { from: number; to: number }[] = [];
  #agentAt: number | null = null;
  #segments = 0;

  constructor(options: CallRecorderOptions) {
    const { callId, dataKey, codec, pauseMs, clock, sink } = options;
    const header = { codec, segmentBytes };
    const key = Buffer.from(dataKey.reveal(), "base64");
    this.#options = options;
    this.#ring = new StereoRing(silenceByte(codec));
    this.#cipher = new SegmentCipher(key, { callId, header });
    this.#startedMs = clock.monotonicMs();
    this.#keys = pauseMs === null ? null : new KeyEar(codec);
    key.fill(0);
    sink.append(encodeHeader(header));
  }

  heard(
    ssrc: number,
    timestamp: number,
    packet: Uint8Array,
    offset: number,
    bytes: number,
    atMs: number,
  ): void {
    const position = this.#timeline.place(ssrc, timestamp, this.#positionAt(atMs));
    if (position !== null) this.#ring.put("caller", position, packet, offset, bytes);
  }

  sent(dueMs: number, frame: Uint8Array, offset: number, bytes: number): void {
    // Counted from the first on: the pacer keeps the plan, and its calls are late by fractions.
    const at = this.#agentAt ?? this.#positionAt(dueMs);
    this.#ring.put("agent", at, frame, offset, bytes);
    this.#agentAt = at + bytes;
  }

  notSent(samples: number): void {
    if (this.#agentAt !== null) this.#agentAt += samples;
  }

  resumed(): void {
    this.#timeline.restart();
  }

  keyPressed(atMs: number): void {
    const at = this.#positionAt(atMs);
    if (this.#keys !== null) this.#pause(at, at);
  }

  tick(nowMs: number): void {
    const complete = this.#positionAt(nowMs) - lagSamples;
    while (this.#ring.takenTo + segmentSamples <= complete) this.#seal(segmentSamples, "inside");
  }

  /** Seals what is left as the last segment, and forgets the key. Call once. */
  close(): void {
    const end = this.#positionAt(this.#options.clock.monotonicMs());
    while (this.#ring.takenTo + segmentSamples <= end) this.#seal(segmentSamples, "inside");
    this.#seal(end - this.#ring.takenTo, "last");
    this.#cipher.close();
    this.#plain.fill(0);
  }

  #positionAt(ms: number): number {
    return Math.round((ms - this.#startedMs) * samplesPerMs);
  }

  #seal(samples: number, place: "inside" | "last"): void {
    const { takenTo } = this.#ring;
    this.#keys?.listen(this.#ring, takenTo + samples + lookAheadSamples, this.#onTones);
    for (const { from, to } of this.#pauses) this.#ring.mute(from, Math.min(to, takenTo + samples));
    this.#dropOldPauses();
    this.#ring.take(samples, this.#plain);
    const audio = this.#plain.subarray(0, 2 * samples);
    this.#options.sink.append(this.#cipher.seal(this.#segments, place, audio));
    this.#segments += 1;
  }

  readonly #onTones = (from: number, to: number): void => {
    this.#pause(from, to);
  };

  /** A key that is pressed in a pause makes it longer. */
  #pause(keyFrom: number, keyTo: number): void {
    const from = keyFrom - beforeKeySamples;
    const to = keyTo + (this.#options.pauseMs ?? 0) * samplesPerMs;
    const last = this.#pauses.at(-1);
    if (last !== undefined && from <= last.to) {
      last.from = Math.min(last.from, from);
      last.to = Math.max(last.to, to);
    } else this.#pauses.push({ from, to });
  }

  #dropOldPauses(): void {
    const first = this.#pauses[0];
    if (first !== undefined && first.to < this.#ring.takenTo) this.#pauses.shift();
  }
}

/** Listens to what the caller said for keys, a piece at a time, before it is sealed. */
class KeyEar {
  readonly #codec: G711Codec;
  readonly #detector = new DtmfDetector();
  readonly #bytes = new Uint8Array(pieceSamples);
  readonly #samples = new Int16Array(pieceSamples);
  #heardTo = 0;
  #isCertain = false;

  constructor(codec: G711Codec) {
    this.#codec = codec;
  }

  /** Tells of each key that sounds in what is new before `until` from where to where it does. */
  listen(ring: StereoRing, until: number, onKey: (from: number, to: number) => void): void {
    while (this.#heardTo + pieceSamples <= until) {
      ring.copyCaller(this.#heardTo, this.#bytes);
      this.#heardTo += pieceSamples;
      decodeG711(this.#codec, this.#bytes, this.#samples);
      const isNew = this.#detector.push(this.#samples) !== "";
      this.#isCertain = isNew || (this.#isCertain && this.#detector.isSounding);
      if (this.#isCertain) onKey(this.#heardTo - certainSamples, this.#heardTo);
    }
  }
}
