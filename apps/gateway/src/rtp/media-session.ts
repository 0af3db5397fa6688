import type { Clock, Log, Random } from "@agentcall/base";
import type { MediaStats } from "@agentcall/contract";
import {
  emptyRtpHeader,
  type G711Codec,
  JitterBuffer,
  readRtpHeader,
  type RtpHeader,
  rtpHeaderBytes,
  TelephoneEventCollector,
  transcodeG711,
} from "@agentcall/media";
import { MediaProtection } from "@agentcall/srtp";
import { ControlReports } from "./control-reports.ts";
import { FramePacket } from "./frame-packet.ts";
import { InbandKeys } from "./inband-keys.ts";
import { KeyPresses } from "./key-presses.ts";
import type { FrameSource, MediaEnds, NegotiatedStream } from "./media-ends.ts";
import type { PacedStream, Pacer } from "./pacer.ts";
import type { OpenRtp, RtpEndpoint } from "./rtp-endpoint.ts";
import { Repacketizer } from "./repacketizer.ts";
import { SourceCheck } from "./source-check.ts";

type MediaSessionOptions = {
  readonly openRtp: OpenRtp;
  readonly pacer: Pacer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

const frameMs = 20;
const frameSamples = 160; // 20 ms of G.711
const packetSamplesMax = 320; // 40 ms, the longest packet time that is agreed on
const jitterDepthMs = 60; // the model is not an ear: late is better than lost, but its VAD waits for us
/** After so long without a packet the caller is taken for gone: carriers' own time-outs begin at a minute. */
export const mediaTimeoutMs = 30_000;
const lookFrames = 10; // each 200 ms: neither a report nor a lost caller wants to be looked for in each frame
const sequenceModulus = 65_536;
const portMax = 65_535;

/** One header for all packets of the process: it is read and done with before the next packet. */
const header: RtpHeader = emptyRtpHeader();

/** What exists once the call is answered. */
type Running = {
  readonly ends: MediaEnds;
  /** Of the ends, at hand for each frame. */
  readonly source: FrameSource;
  /** What the ends speak: a re-INVITE may bring another law to the wire, and not to them. */
  readonly codec: G711Codec;
  readonly keys: KeyPresses;
  readonly check: SourceCheck;
  readonly jitter: JitterBuffer;
  readonly packet: FramePacket;
  readonly reports: ControlReports;
  readonly digits: TelephoneEventCollector;
  readonly inband: InbandKeys;
  readonly leavePacer: () => void;
};

/** The audio of one call: received, checked and put in order; sent at the pace of the clock. */
export class MediaSession implements PacedStream {
  readonly #options: MediaSessionOptions;
  #endpoint: RtpEndpoint | null = null;
  #running: Running | null = null;
  #stream: NegotiatedStream | null = null;
  #protection: MediaProtection | null = null;
  /** Null where a packet is a frame. */
  #repacketizer: Repacketizer | null = null;
  #remoteAddress = "";
  #remotePort = 0;
  #heardAtMs = 0;
  #heardSsrc: number | null = null;
  #highestSequence = 0;
  #mediaLost = false;
  #framesUntilLook = lookFrames;
  #packetsSent = 0;
  #payloadBytesSent = 0;
  #strangers = 0;
  #notRtp = 0;
  #notAuthentic = 0;
  #pacingErrorMsMax = 0;

  private constructor(options: MediaSessionOptions) {
    this.#options = options;
  }

  /** Opens the ports of a call. Rejects with `no-rtp-port` when there is none. */
  static async open(options: MediaSessionOptions): Promise<MediaSession> {
    const session = new MediaSession(options);
    session.#endpoint = await options.openRtp({
      onRtp: (packet, address, port) => {
        session.#onRtp(packet, address, port);
      },
      onRtcp: (packet, address) => {
        session.#onRtcp(packet, address);
      },
    });
    return session;
  }

  get address(): string {
    return this.#endpoint?.address ?? "";
  }

  get port(): number {
    return this.#endpoint?.port ?? 0;
  }

  /** Begins to listen and to send. Call once. */
  start(stream: NegotiatedStream, ends: MediaEnds): void {
    const { random, pacer, clock } = this.#options;
    const packet = new FramePacket(stream.payloadType, frameSamples, random, packetSamplesMax);
    this.#heardAtMs = clock.monotonicMs();
    this.#follow(stream);
    this.#repacketize(packet, stream);
    const inband = new InbandKeys(stream.codec, ends.sink, ends.onDigit);
    inband.isListening = stream.telephoneEventPayloadType === null;
    this.#running = {
      ends,
      source: ends.source,
      codec: stream.codec,
      keys: new KeyPresses(),
      check: new SourceCheck(stream.source),
      jitter: new JitterBuffer({ codec: stream.codec, depthMs: jitterDepthMs, sink: inband }),
      packet,
      reports: new ControlReports(clock, random, packet.ssrc),
      digits: new TelephoneEventCollector(),
      inband,
      leavePacer: pacer.add(this),
    };
  }

  /** The caller's side wants its audio elsewhere, or wants none for a while. */
  change(stream: NegotiatedStream): void {
    const running = this.#running;
    if (running === null) return;
    running.check.agree(stream.source);
    // What is sent while the caller holds is not taken, and so nothing of it is lost.
    if (this.#stream?.held === true && !stream.held) {
      running.jitter.restart();
      running.ends.tap?.resumed();
    }
    this.#heardAtMs = this.#options.clock.monotonicMs();
    running.packet.changePayloadType(stream.payloadType);
    running.inband.isListening = stream.telephoneEventPayloadType === null;
    if (stream.ptimeMs !== this.#stream?.ptimeMs) this.#repacketize(running.packet, stream);
    this.#follow(stream);
  }

  /** Presses keys at the other end. False when it takes no telephone events. */
  press(digits: string): boolean {
    if (this.#running === null || (this.#stream?.telephoneEventPayloadType ?? null) === null) {
      return false;
    }
    this.#running.keys.add(digits);
    return true;
  }

  /** Stops at once, and gives the ports back. May be called twice. */
  close(): void {
    this.#running?.leavePacer();
    this.#endpoint?.close();
  }

  /** What was counted so far; null when the call has no audio yet. */
  stats(): MediaStats | null {
    if (this.#running === null || this.#stream === null) return null;
    const { jitter, source } = this.#running;
    const { counters, jitterMs } = jitter;
    return {
      codec: this.#stream.codec === "pcmu" ? "PCMU" : "PCMA",
      packetsReceived: counters.received,
      packetsLost: counters.lost,
      packetsLate: counters.late,
      packetsReordered: counters.reordered,
      packetsDuplicate: counters.duplicate,
      packetsFromStrangers: this.#strangers,
      packetsNotRtp: this.#notRtp,
      packetsNotAuthentic: this.#notAuthentic,
      jitterMs: Math.round(jitterMs * 10) / 10,
      packetsSent: this.#packetsSent,
      underruns: source.underruns,
      overruns: source.overruns,
      pacingErrorMsMax: Math.round(this.#pacingErrorMsMax * 10) / 10,
      srtpSuite: this.#stream.keys?.send.suite ?? null,
    };
  }

  get isSilent(): boolean {
    const running = this.#running;
    return running !== null && running.source.isSilent && !running.keys.isPressing;
  }

  sendFrame(nowMs: number, lateMs: number): void {
    const running = this.#running;
    const stream = this.#stream;
    if (running === null || stream === null) return;
    if (lateMs > this.#pacingErrorMsMax) this.#pacingErrorMsMax = lateMs;
    running.jitter.tick(nowMs);
    if (stream.held) {
      this.#repacketizer?.clear();
      this.skipFrames(1);
    } else this.#sendNext(running, stream, nowMs - lateMs);
    this.#framesUntilLook -= 1;
    if (this.#framesUntilLook > 0) return;
    this.#framesUntilLook = lookFrames;
    running.ends.tap?.tick(nowMs);
    if (running.reports.isDue(nowMs)) this.#report(running, stream);
    if (!stream.held && nowMs - this.#heardAtMs > mediaTimeoutMs) this.#loseMedia(running);
  }

  skipFrames(count: number): void {
    this.#running?.packet.skip(count);
    this.#running?.ends.tap?.notSent(count * frameSamples);
  }

  #sendNext(running: Running, stream: NegotiatedStream, dueMs: number): void {
    const press = stream.telephoneEventPayloadType === null ? null : running.keys.next();
    if (press !== null && stream.telephoneEventPayloadType !== null) {
      this.#repacketizer?.clear();
      const { event, frame } = press;
      running.ends.tap?.notSent(frameSamples);
      this.#send(running.packet.event(stream.telephoneEventPayloadType, event, frame));
    } else {
      const isTalkspurt = fillFrame(running, stream, dueMs);
      if (this.#repacketizer === null) this.#send(running.packet.next(isTalkspurt));
      else this.#repacketizer.push(isTalkspurt, this.#send);
    }
    running.ends.onFrameSent();
  }

  readonly #send = (plain: Uint8Array): void => {
    const packet = this.#protection === null ? plain : this.#protection.sender.protectRtp(plain);
    this.#endpoint?.sendRtp(packet, this.#remoteAddress, this.#remotePort);
    this.#packetsSent += 1;
    this.#payloadBytesSent += plain.length - rtpHeaderBytes;
  };

  #repacketize(packet: FramePacket, { ptimeMs }: NegotiatedStream): void {
    this.#repacketizer?.clear();
    this.#repacketizer = ptimeMs === frameMs ? null : new Repacketizer(packet, ptimeMs);
  }

  #follow(stream: NegotiatedStream): void {
    this.#stream = stream;
    this.#protection = MediaProtection.following(stream.keys, this.#protection);
    const latched = this.#running?.check.latched ?? null;
    this.#remoteAddress = latched?.address ?? stream.source.address;
    this.#remotePort = latched?.port ?? stream.source.port;
  }

  #onRtp(packet: Uint8Array, address: string, port: number): void {
    const running = this.#running;
    const stream = this.#stream;
    if (running === null || stream === null) return; // not answered yet: nobody listens
    // Before anything is believed of it: a forged packet must not be latched on to.
    const bytes = this.#protection === null ? packet.length : this.#opened(packet);
    if (bytes === null) return;
    if (readRtpHeader(packet, bytes, header) !== "ok") {
      this.#notRtp += 1;
      return;
    }
    const isDigit = header.payloadType === stream.telephoneEventPayloadType;
    if (
      header.payloadType !== stream.payloadType &&
      !isDigit &&
      header.payloadType !== comfortNoise
    ) {
      this.#notRtp += 1;
      return;
    }
    if (!this.#isFromCaller(running.check, address, port)) return;
    this.#heardAtMs = this.#options.clock.monotonicMs();
    this.#noteSequence();
    if (stream.held) return; // music on hold is not for the model
    if (isDigit) {
      running.ends.tap?.keyPressed(this.#heardAtMs);
      const digit = running.digits.push(header, packet);
      if (digit !== null) running.ends.onDigit(digit);
    } else if (header.payloadType === stream.payloadType) {
      const { payloadOffset, payloadBytes, ssrc, timestamp } = header;
      transcodeG711(stream.codec, running.codec, packet, payloadOffset, payloadBytes);
      const { tap } = running.ends;
      tap?.heard(ssrc, timestamp, packet, payloadOffset, payloadBytes, this.#heardAtMs);
      running.jitter.push(header, packet, this.#heardAtMs);
    }
  }

  /** Decrypts a packet in place; null for one that is not the caller's. */
  #opened(packet: Uint8Array): number | null {
    const opened = this.#protection?.receiver.openRtp(packet) ?? "not-authentic";
    if (typeof opened === "number") return opened;
    this.#notAuthentic += 1;
    return null;
  }

  #isFromCaller(check: SourceCheck, address: string, port: number): boolean {
    const verdict = check.judge(address, port, header.ssrc, header.sequenceNumber);
    if (verdict === "accepted") return true;
    if (verdict !== "latched") {
      this.#strangers += 1;
      return false;
    }
    // Symmetric RTP (RFC 4961): answer where it came from.
    this.#remoteAddress = address;
    this.#remotePort = port;
    this.#endpoint?.settle(address, port);
    this.#options.log.info({ "pii.address": address, port }, "the caller's audio was found");
    return true;
  }

  /** The highest sequence number with its cycles, as reception reports want it. */
  #noteSequence(): void {
    if (this.#heardSsrc !== header.ssrc) {
      this.#heardSsrc = header.ssrc;
      this.#highestSequence = header.sequenceNumber;
      return;
    }
    const step = (header.sequenceNumber - (this.#highestSequence % sequenceModulus)) & 0xffff;
    if (step < sequenceModulus / 2) this.#highestSequence += step;
  }

  #onRtcp(packet: Uint8Array, address: string): void {
    // Nothing is decided by RTCP: a BYE there, from whomever, does not end a call.
    if (address !== this.#remoteAddress) return;
    const opened = this.#protection?.receiver.openRtcp(packet) ?? packet.length;
    if (typeof opened === "number") this.#running?.reports.heard(packet.subarray(0, opened));
  }

  #report(running: Running, stream: NegotiatedStream): void {
    const { counters, jitterMs } = running.jitter;
    const report = running.reports.next({
      packetsSent: this.#packetsSent,
      payloadBytesSent: this.#payloadBytesSent,
      timestamp: running.packet.timestamp,
      heardSsrc: this.#heardSsrc,
      highestSequence: this.#highestSequence,
      packetsReceived: counters.received,
      packetsLost: counters.lost,
      jitterMs,
    });
    const packet = this.#protection?.sender.protectRtcp(report) ?? report;
    const port = this.#rtcpPortOf(stream);
    if (port <= portMax) this.#endpoint?.sendRtcp(packet, this.#remoteAddress, port);
  }

  /** Behind a NAT the port that was agreed is not the one that was found; above the last one is none. */
  #rtcpPortOf(stream: NegotiatedStream): number {
    return this.#remotePort === stream.source.port ? stream.remoteRtcpPort : this.#remotePort + 1;
  }

  #loseMedia(running: Running): void {
    if (this.#mediaLost) return;
    this.#mediaLost = true;
    running.ends.onMediaLost();
  }
}

/** Puts a frame of what the source has into the packet. Answers whether it begins a talkspurt. */
function fillFrame(
  { packet, ends, source, codec }: Running,
  stream: NegotiatedStream,
  dueMs: number,
): boolean {
  const kind = source.pullFrame(packet.bytes, packet.frameOffset, frameSamples);
  ends.tap?.sent(dueMs, packet.bytes, packet.frameOffset, frameSamples);
  transcodeG711(codec, stream.codec, packet.bytes, packet.frameOffset, frameSamples);
  return kind === "talkspurt-start";
}

const comfortNoise = 13; // RFC 3389: taken as the silence it stands for
