import { createSocket, type Socket } from "node:dgram";
import type { Clock } from "@agentcall/base";
import { deltasOfAnswer } from "./answer-script.ts";
import type { CallLoad, LoadMeter } from "./call-load.ts";
import type { SlottedPacer } from "./slotted-pacer.ts";
import { findStamp, readStamp, type Stamp, writeStamp } from "./stamp.ts";

const headerBytes = 12;
const frameBytes = 160;
const voiceByte = 0x55;
const silenceByte = 0xff;
const notOneIntervalMs = 1_000; // a phone that was not listening yet
const receiveBufferBytes = 1_048_576; // the load generator itself must not be what loses packets

/** One RTP end of a caller: sends stamped frames, and judges what comes back. */
export class Phone {
  readonly #call: CallLoad;
  readonly #meter: LoadMeter;
  readonly #clock: Clock;
  readonly #socket: Socket = createSocket("udp4");
  readonly #packet = Buffer.alloc(headerBytes + frameBytes, voiceByte);
  readonly #sent: Stamp;
  readonly #heard: Stamp = { call: 0, answer: 0, piece: 0, sentAtMs: 0 };
  #isTalking = false;
  #arrivedAtMs: number | null = null;
  #lastSequenceNumber = -1;
  #answer = -1;
  #piece = -1;
  #spokeAtMs = 0;

  constructor(call: CallLoad, meter: LoadMeter, clock: Clock) {
    this.#call = call;
    this.#meter = meter;
    this.#clock = clock;
    this.#sent = { call: call.call, answer: 0, piece: 0, sentAtMs: 0 };
    this.#packet[0] = 0x80; // version 2
    this.#packet[1] = 0; // PCMU
    this.#packet.writeUInt32BE(0x0be4_0000 + call.call, 8);
    this.#socket.on("error", () => undefined);
    this.#socket.on("message", (packet) => {
      this.#onPacket(packet);
    });
  }

  /** Opens the socket and tells its port. */
  open(): Promise<number> {
    return new Promise((resolve) => {
      this.#socket.bind(0, "127.0.0.1", () => {
        this.#socket.setRecvBufferSize(receiveBufferBytes);
        resolve(this.#socket.address().port);
      });
    });
  }

  /** Sends to the other side from now on. */
  talk(rtpPort: number, pacer: SlottedPacer): void {
    this.#socket.connect(rtpPort, "127.0.0.1", () => {
      this.#isTalking = true;
      pacer.add(() => {
        this.#sendFrame();
      });
    });
  }

  close(): void {
    if (!this.#isTalking) return;
    this.#isTalking = false;
    this.#socket.close();
  }

  #sendFrame(): void {
    if (!this.#isTalking) return;
    this.#sent.piece += 1;
    this.#sent.sentAtMs = this.#clock.monotonicMs();
    this.#packet.writeUInt16BE(this.#sent.piece & 0xffff, 2);
    this.#packet.writeUInt32BE((this.#sent.piece * frameBytes) >>> 0, 4);
    writeStamp(this.#packet, headerBytes, this.#sent);
    this.#socket.send(this.#packet);
    if (this.#meter.isOpen) this.#meter.packetsSent += 1;
  }

  #onPacket(packet: Buffer): void {
    const nowMs = this.#clock.monotonicMs();
    this.#meterArrival(packet.readUInt16BE(2), nowMs);
    const last = packet[headerBytes + frameBytes - 1];
    const isSpeech = packet[headerBytes] !== silenceByte || last !== silenceByte;
    if (isSpeech) this.#spokeAtMs = nowMs;
    else this.#onSilence(nowMs);
    if (!isSpeech) return;
    const at = findStamp(packet, headerBytes);
    if (at === -1) return;
    readStamp(packet, at, this.#heard);
    this.#onPiece(nowMs);
  }

  #meterArrival(sequenceNumber: number, nowMs: number): void {
    const intervalMs = nowMs - (this.#arrivedAtMs ?? Number.NEGATIVE_INFINITY);
    const step = (sequenceNumber - this.#lastSequenceNumber) & 0xffff;
    this.#arrivedAtMs = nowMs;
    const isFirst = this.#lastSequenceNumber === -1;
    this.#lastSequenceNumber = sequenceNumber;
    if (!this.#meter.isOpen || isFirst) return;
    this.#meter.packetsHeard += 1;
    if (intervalMs < notOneIntervalMs) this.#meter.packetIntervalMs.add(intervalMs);
    if (step > 1 && step < 0x8000) this.#meter.lostDownlink += step - 1;
  }

  /** The old answer is over when silence comes after it. */
  #onSilence(nowMs: number): void {
    const { interruptedAtMs } = this.#call;
    if (interruptedAtMs === null || nowMs < interruptedAtMs) return;
    this.#call.interruptedAtMs = null;
    if (this.#meter.isOpen) {
      this.#meter.bargeInMs.add(Math.max(0, this.#spokeAtMs - interruptedAtMs));
    }
  }

  #onPiece(nowMs: number): void {
    const { answer, piece, sentAtMs } = this.#heard;
    const isNewAnswer = answer !== this.#answer;
    const expected = isNewAnswer ? 0 : this.#piece + 1;
    let missed = Math.max(0, piece - expected);
    if (isNewAnswer && this.#answer !== -1 && this.#answer !== this.#call.brokenOffAnswer) {
      missed += deltasOfAnswer - 1 - this.#piece;
    }
    this.#answer = answer;
    this.#piece = piece;
    if (!this.#meter.isOpen) return;
    this.#meter.deltasMissed += missed;
    if (isNewAnswer) this.#meter.firstAudioMs.add(nowMs - sentAtMs);
  }
}
