import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type Clock, every, type Random, type Timer } from "@agentcall/base";
import {
  emptyRtpHeader,
  encodeG711,
  type G711Codec,
  readRtpHeader,
  silenceByte,
  TelephoneEventCollector,
  writeRtpHeader,
  writeTelephoneEvent,
} from "@agentcall/media";
import { MediaProtection, type StreamKeys } from "@agentcall/srtp";
import { HeardAudio } from "./heard-audio.ts";
import type { SipAddress } from "./sip-link.ts";

/** What the network does to the packets that the phone sends. */
export type SimulatedNetwork = {
  readonly lossRatio: number;
  readonly jitterMs: number;
  /** Chance of the network's own, so that a test can replay it; the phone's where there is none. */
  readonly random?: Random;
};

/** What was negotiated: where the packets go, and what is in them. */
export type AudioTarget = {
  readonly remote: SipAddress;
  readonly codec: G711Codec;
  readonly payloadType: number;
  readonly telephoneEventPayloadType: number | null;
  /** What the packets are protected with; null for plain RTP. */
  readonly keys: StreamKeys | null;
};

const frameMs = 20;
const frameSamples = 160;
const headerBytes = 12;
const digitFrames = 5; // 100 ms: RFC 4733 knows no least, exchanges want 40 ms
const digitEndPackets = 3; // RFC 4733 section 2.5.1.4
const digitVolume = 10;

type Digit = { readonly digit: string; readonly timestamp: number; frame: number };

/** The phone's RTP socket: sends a frame every 20 ms once it is started, and keeps what it hears. */
export class AudioLeg {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #network: SimulatedNetwork;
  readonly #underway = new Set<Timer>();
  readonly #header = emptyRtpHeader();
  #target: AudioTarget | null = null;
  #protection: MediaProtection | null = null;
  #heard: HeardAudio | null = null;
  #pacer: Timer | null = null;
  #playing: { readonly samples: Int16Array; at: number; readonly done: () => void } | null = null;
  #digits: Digit[] = [];
  #muted = false;
  #keys = "";
  readonly #collector = new TelephoneEventCollector();
  #sequenceNumber: number;
  #timestamp: number;
  readonly #ssrc: number;
  #onPacket: ((heard: HeardAudio) => void) | null = null;

  private constructor(socket: Socket, clock: Clock, random: Random, network: SimulatedNetwork) {
    this.#socket = socket;
    this.#clock = clock;
    this.#random = random;
    this.#network = network;
    // In the lower half: RFC 4568 section 6.4.
    this.#sequenceNumber = random.below(32_768);
    this.#timestamp = random.below(2 ** 32);
    this.#ssrc = random.below(2 ** 32);
  }

  /** Opens a socket on loopback. */
  static async open(clock: Clock, random: Random, network: SimulatedNetwork): Promise<AudioLeg> {
    const socket = createSocket({
      type: "udp4",
      // Synchronous, so that nothing is queued behind a name look-up.
      lookup: (address, _options, callback) => {
        callback(null, address, 4);
      },
    });
    socket.on("error", () => undefined); // the far end has hung up already
    const listening = once(socket, "listening"); // told at once, since the look-up is synchronous
    socket.bind(0, "127.0.0.1");
    await listening;
    const leg = new AudioLeg(socket, clock, random, network);
    socket.on("message", (packet) => {
      leg.#receive(packet);
    });
    return leg;
  }

  get local(): SipAddress {
    const { address, port } = this.#socket.address();
    return { host: address, port };
  }

  /** Null before the call was answered. */
  get heard(): HeardAudio | null {
    return this.#heard;
  }

  /** Begins to send: what is to be played, and silence otherwise. Called again, it changes the target. */
  start(target: AudioTarget): void {
    this.#target = target;
    this.#protection = MediaProtection.following(target.keys, this.#protection);
    this.#heard ??= new HeardAudio(target.codec);
    this.#heard.changeCodec(target.codec);
    this.#pacer ??= every(this.#clock, frameMs, () => {
      this.#sendNext();
    });
  }

  /** Keys that were pressed at the far end, as telephone events told. */
  get keys(): string {
    return this.#keys;
  }

  /** Calls back with every packet that is heard. */
  onPacket(run: (heard: HeardAudio) => void): void {
    this.#onPacket = run;
  }

  /** Plays samples at 8 kHz and resolves when the last one is sent, or when the leg is closed. */
  play(samples: Int16Array): Promise<void> {
    this.#playing?.done();
    return new Promise((resolve) => {
      this.#playing = { samples, at: 0, done: resolve };
    });
  }

  /** Sends nothing at all, as a phone on hold or one that stays silent to save bandwidth. */
  mute(muted: boolean): void {
    this.#muted = muted;
  }

  /** Presses keys, one after another, by telephone-event. */
  press(digits: string): void {
    let timestamp = this.#timestamp;
    for (const digit of digits) {
      this.#digits.push({ digit, timestamp, frame: 0 });
      timestamp = (timestamp + 2 * digitFrames * frameSamples) >>> 0;
    }
  }

  /** May be called twice. */
  async close(): Promise<void> {
    this.#pacer?.cancel();
    this.#playing?.done();
    this.#playing = null;
    for (const timer of this.#underway) timer.cancel();
    this.#underway.clear();
    if (this.#target === closedTarget) return;
    this.#target = closedTarget;
    const closed = once(this.#socket, "close");
    this.#socket.close();
    await closed;
  }

  #sendNext(): void {
    const target = this.#target;
    if (target === null || target === closedTarget) return;
    if (this.#muted) this.#sequenceNumber -= 1;
    else if (!this.#sendDigit(target)) this.#sendFrame(target);
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + frameSamples) >>> 0;
  }

  #sendFrame(target: AudioTarget): void {
    const packet = this.#packet(target.payloadType, this.#timestamp, frameSamples);
    const payload = packet.subarray(headerBytes).fill(silenceByte(target.codec));
    const playing = this.#playing;
    if (playing !== null) {
      encodeG711(
        target.codec,
        playing.samples.subarray(playing.at, playing.at + frameSamples),
        payload,
      );
      playing.at += frameSamples;
      if (playing.at >= playing.samples.length) {
        this.#playing = null;
        playing.done();
      }
    }
    this.#sendThroughNetwork(packet, target.remote);
  }

  /** While a key is held its packets take the place of the audio. */
  #sendDigit(target: AudioTarget): boolean {
    const [digit] = this.#digits;
    if (digit === undefined || target.telephoneEventPayloadType === null) return false;
    const ended = digit.frame >= digitFrames;
    const packet = this.#packet(target.telephoneEventPayloadType, digit.timestamp, 4);
    writeTelephoneEvent(packet, headerBytes, {
      digit: digit.digit,
      ended,
      volume: digitVolume,
      durationSamples: frameSamples * Math.min(digit.frame + 1, digitFrames),
    });
    digit.frame += 1;
    if (digit.frame >= digitFrames + digitEndPackets) this.#digits.shift();
    this.#sendThroughNetwork(packet, target.remote);
    return true;
  }

  #packet(payloadType: number, timestamp: number, payloadBytes: number): Uint8Array {
    const packet = new Uint8Array(headerBytes + payloadBytes);
    writeRtpHeader(packet, {
      marker: false,
      payloadType,
      sequenceNumber: this.#sequenceNumber,
      timestamp,
      ssrc: this.#ssrc,
    });
    return packet;
  }

  #sendThroughNetwork(plain: Uint8Array, remote: SipAddress): void {
    const sender = this.#protection?.sender;
    // A copy: the sender's own bytes are gone by the time that a delayed packet leaves.
    const packet = sender === undefined ? plain : Buffer.from(sender.protectRtp(plain));
    const { lossRatio, jitterMs, random = this.#random } = this.#network;
    if (lossRatio > 0 && random.unit() < lossRatio) return;
    const delayMs = jitterMs === 0 ? 0 : random.unit() * jitterMs;
    if (delayMs === 0) {
      this.#socket.send(packet, remote.port, remote.host);
      return;
    }
    const timer = this.#clock.after(delayMs, () => {
      this.#underway.delete(timer);
      this.#socket.send(packet, remote.port, remote.host);
    });
    this.#underway.add(timer);
  }

  #receive(packet: Uint8Array): void {
    if (this.#heard === null || this.#target === null) return;
    const bytes = this.#protection?.receiver.openRtp(packet) ?? packet.length;
    if (typeof bytes === "string") return;
    if (readRtpHeader(packet, bytes, this.#header) !== "ok") return;
    if (this.#header.payloadType === this.#target.telephoneEventPayloadType) {
      this.#keys += this.#collector.push(this.#header, packet) ?? "";
    }
    if (this.#header.payloadType !== this.#target.payloadType) return;
    this.#heard.push(this.#header, packet, this.#clock.monotonicMs());
    this.#onPacket?.(this.#heard);
  }
}

const closedTarget: AudioTarget = {
  remote: { host: "", port: 0 },
  codec: "pcmu",
  payloadType: 0,
  telephoneEventPayloadType: null,
  keys: null,
};
