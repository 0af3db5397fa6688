import type { SrtpKeying } from "@agentcall/media";
import { masterKeyOf } from "./master-key.ts";
import { type Protection, protectionOf } from "./protection.ts";
import { ReplayWindow } from "./replay-window.ts";
import { rtpPayloadOffset } from "./rtp-payload-offset.ts";
import { deriveSessionKeys } from "./session-keys.ts";
import { rtcpTagBytes, tagBytesOf } from "./suite.ts";

/** Why a packet is not taken. Nothing of it may be used. */
export type SrtpRefusal = "too-short" | "not-authentic" | "replayed" | "too-many-sources";

const rtpHeaderBytes = 12;
const rtcpHeaderBytes = 8;
const rtcpIndexBytes = 4;
const encryptedFlag = 0x80;
const sequenceModulus = 65_536;
const halfSequence = 32_768;
const rolloverMax = 2 ** 32 - 1;
// A sender has one SSRC, and may change it a few times. None is forgotten: what was sent under it
// could be sent again by anybody, and would be authentic.
const sourcesMax = 16;

/** One SSRC: how far its sequence has come. */
type Source = { rollover: number; highest: number; readonly window: ReplayWindow };

/** Checks and decrypts what the other side sends (RFC 3711 sections 3.3 and 3.4). */
export class SrtpReceiver {
  readonly #rtp: Protection;
  readonly #rtcp: Protection;
  readonly #sources = new Map<number, Source>();
  readonly #rtcpWindows = new Map<number, ReplayWindow>();
  readonly #rollover = Buffer.alloc(4);

  constructor({ suite, masterKey }: Pick<SrtpKeying, "suite" | "masterKey">) {
    const { key, salt } = masterKeyOf(masterKey);
    this.#rtp = protectionOf(deriveSessionKeys(key, salt, "rtp"), tagBytesOf[suite]);
    this.#rtcp = protectionOf(deriveSessionKeys(key, salt, "rtcp"), rtcpTagBytes);
  }

  /** Decrypts a packet in place and answers how long it is now. On a refusal it is as it was. */
  openRtp(packet: Uint8Array): number | SrtpRefusal {
    const { keystream, authenticator } = this.#rtp;
    const bytes = packet.length - authenticator.tagBytes;
    if (bytes < rtpHeaderBytes) return "too-short";
    const offset = rtpPayloadOffset(packet, bytes);
    if (offset > bytes) return "too-short";
    const sequence = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
    const ssrc = read32(packet, 8);
    const known = this.#sources.get(ssrc);
    if (known === undefined && this.#sources.size >= sourcesMax) return "too-many-sources";
    const rollover = known === undefined ? 0 : rolloverOf(known, sequence);
    if (rollover < 0 || rollover > rolloverMax) return "not-authentic";
    const index = rollover * sequenceModulus + sequence;
    if (known !== undefined && !known.window.isFresh(index)) return "replayed";
    this.#rollover.writeUInt32BE(rollover);
    const tag = packet.subarray(bytes);
    if (!authenticator.isTag(packet.subarray(0, bytes), this.#rollover, tag)) {
      return "not-authentic";
    }
    keystream.apply(packet, offset, bytes - offset, ssrc, rollover, sequence);
    note(known ?? this.#newSource(ssrc, sequence), rollover, sequence, index);
    return bytes;
  }

  /** The same for a compound RTCP packet. */
  openRtcp(packet: Uint8Array): number | SrtpRefusal {
    const { keystream, authenticator } = this.#rtcp;
    const covered = packet.length - authenticator.tagBytes;
    const bytes = covered - rtcpIndexBytes;
    if (bytes < rtcpHeaderBytes) return "too-short";
    const ssrc = read32(packet, 4);
    const word = read32(packet, bytes);
    const index = word & 0x7fffffff;
    const known = this.#rtcpWindows.get(ssrc);
    if (known === undefined && this.#rtcpWindows.size >= sourcesMax) return "too-many-sources";
    if (known?.isFresh(index) === false) return "replayed";
    const tag = packet.subarray(covered);
    if (!authenticator.isTag(packet.subarray(0, covered), nothing, tag)) return "not-authentic";
    if (((packet[bytes] ?? 0) & encryptedFlag) !== 0) {
      const high = Math.floor(index / sequenceModulus);
      const length = bytes - rtcpHeaderBytes;
      keystream.apply(packet, rtcpHeaderBytes, length, ssrc, high, index % sequenceModulus);
    }
    const window = known ?? new ReplayWindow();
    this.#rtcpWindows.set(ssrc, window);
    window.note(index);
    return bytes;
  }

  /** Only for an authentic packet: others must not fill the table. */
  #newSource(ssrc: number, sequence: number): Source {
    const source = { rollover: 0, highest: sequence, window: new ReplayWindow() };
    this.#sources.set(ssrc, source);
    return source;
  }
}

/** How often the sequence has wrapped at this packet: whichever is nearest to the highest so far (RFC 3711 section 3.3.1). */
function rolloverOf({ rollover, highest }: Source, sequence: number): number {
  if (highest < halfSequence) {
    return sequence - highest > halfSequence ? rollover - 1 : rollover;
  }
  return highest - halfSequence > sequence ? rollover + 1 : rollover;
}

function note(source: Source, rollover: number, sequence: number, index: number): void {
  source.window.note(index);
  if (rollover < source.rollover) return;
  if (rollover === source.rollover && sequence <= source.highest) return;
  source.rollover = rollover;
  source.highest = sequence;
}

function read32(bytes: Uint8Array, at: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(at, at + 4);
  return ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
}

const nothing = new Uint8Array(0);
