import type { SrtpKeying } from "@agentcall/media";
import { masterKeyOf } from "./master-key.ts";
import { type Protection, protectionOf } from "./protection.ts";
import { rtpPayloadOffset } from "./rtp-payload-offset.ts";
import { deriveSessionKeys } from "./session-keys.ts";
import { rtcpTagBytes, tagBytesOf } from "./suite.ts";

const packetBytesMax = 1_500;
const rtcpHeaderBytes = 8;
const rtcpIndexBytes = 4;
const encryptedFlag = 0x80;
const sequenceModulus = 65_536;

/** Protects what one side sends: RTP and RTCP of one SSRC (RFC 3711 sections 3.3 and 3.4). */
export class SrtpSender {
  readonly #rtp: Protection;
  readonly #rtcp: Protection;
  /** Packets are made here, so that sending a frame allocates no packet. */
  readonly #out = Buffer.alloc(packetBytesMax);
  readonly #rollover = Buffer.alloc(4);
  #rolloverCount = 0;
  #lastSequence = -1;
  #rtcpIndex = 0;

  constructor({ suite, masterKey }: Pick<SrtpKeying, "suite" | "masterKey">) {
    const { key, salt } = masterKeyOf(masterKey);
    const rtp = deriveSessionKeys(key, salt, "rtp");
    const rtcp = deriveSessionKeys(key, salt, "rtcp");
    this.#rtp = protectionOf(rtp, tagBytesOf[suite]);
    this.#rtcp = protectionOf(rtcp, rtcpTagBytes);
  }

  /**
   * The packet as it goes out. Sequence numbers must be handed in as they are sent, none twice: a
   * keystream that is used again gives both packets away. The bytes are good until the next call.
   */
  protectRtp(packet: Uint8Array): Uint8Array {
    const sequence = ((packet[2] ?? 0) << 8) | (packet[3] ?? 0);
    if (sequence < this.#lastSequence) this.#rolloverCount += 1;
    this.#lastSequence = sequence;
    const { keystream, authenticator } = this.#rtp;
    const out = this.#out;
    const offset = rtpPayloadOffset(packet, packet.length);
    out.set(packet);
    const ssrc = out.readUInt32BE(8);
    keystream.apply(out, offset, packet.length - offset, ssrc, this.#rolloverCount, sequence);
    this.#rollover.writeUInt32BE(this.#rolloverCount);
    authenticator.sign(out.subarray(0, packet.length), this.#rollover, out, packet.length);
    return out.subarray(0, packet.length + authenticator.tagBytes);
  }

  /** A compound RTCP packet as it goes out: encrypted behind its first eight bytes, index, tag. */
  protectRtcp(packet: Uint8Array): Uint8Array {
    this.#rtcpIndex += 1; // 2^31 of them last for centuries at one in five seconds
    const { keystream, authenticator } = this.#rtcp;
    const out = Buffer.alloc(packet.length + rtcpIndexBytes + authenticator.tagBytes);
    out.set(packet);
    const high = Math.floor(this.#rtcpIndex / sequenceModulus);
    const low = this.#rtcpIndex % sequenceModulus;
    const bytes = packet.length - rtcpHeaderBytes;
    keystream.apply(out, rtcpHeaderBytes, bytes, out.readUInt32BE(4), high, low);
    out.writeUInt32BE(this.#rtcpIndex, packet.length);
    out[packet.length] = (out[packet.length] ?? 0) | encryptedFlag;
    const covered = packet.length + rtcpIndexBytes;
    authenticator.sign(out.subarray(0, covered), nothing, out, covered);
    return out;
  }
}

const nothing = new Uint8Array(0);
