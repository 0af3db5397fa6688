/** What the fixed header of an RTP packet tells, and where its payload lies. */
export type RtpHeader = {
  marker: boolean;
  payloadType: number;
  /** 16 bits. */
  sequenceNumber: number;
  /** 32 bits, in samples. */
  timestamp: number;
  /** 32 bits. */
  ssrc: number;
  payloadOffset: number;
  payloadBytes: number;
};

/** Why bytes are not an RTP packet. */
export type RtpRefusal =
  | "too-short"
  | "wrong-version"
  | "rtcp"
  | "truncated-sources"
  | "truncated-extension"
  | "bad-padding";

export const rtpHeaderBytes = 12;

/**
 * Reads an RTP packet's header (RFC 3550 section 5.1) into an object that is used again and
 * again, so that receiving allocates nothing. `packetBytes` of `packet` belong to the packet.
 *
 *      0                   1                   2                   3
 *      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *     |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *     |                           timestamp                           |
 *     |           synchronization source (SSRC) identifier            |
 *     |            contributing source (CSRC) identifiers             |
 *
 * What it refuses, it refuses by a reason; it never throws. On a refusal `into` is not to be used.
 */
export function readRtpHeader(
  packet: Uint8Array,
  packetBytes: number,
  into: RtpHeader,
): "ok" | RtpRefusal {
  if (packetBytes < rtpHeaderBytes || packet.length < packetBytes) return "too-short";
  const first = packet[0] ?? 0;
  const second = packet[1] ?? 0;
  if (first >> 6 !== 2) return "wrong-version";
  // RFC 5761 section 4: these payload types are RTCP that came to the RTP port.
  if (second >= 192 && second <= 223) return "rtcp";
  let offset = rtpHeaderBytes + 4 * (first & 0x0f);
  if (offset > packetBytes) return "truncated-sources";
  if ((first & 0x10) !== 0) {
    // Section 5.3.1: 16 bits for the profile, 16 for the length in words.
    if (offset + 4 > packetBytes) return "truncated-extension";
    offset += 4 + 4 * read16(packet, offset + 2);
    if (offset > packetBytes) return "truncated-extension";
  }
  let end = packetBytes;
  if ((first & 0x20) !== 0) {
    // The last byte counts the padding, itself included.
    const padding = packet[packetBytes - 1] ?? 0;
    if (padding === 0 || padding > packetBytes - offset) return "bad-padding";
    end -= padding;
  }
  into.marker = second >= 0x80;
  into.payloadType = second & 0x7f;
  into.sequenceNumber = read16(packet, 2);
  into.timestamp = read32(packet, 4);
  into.ssrc = read32(packet, 8);
  into.payloadOffset = offset;
  into.payloadBytes = end - offset;
  return "ok";
}

/** The same with a fresh object, where allocation does not matter. */
export function parseRtpHeader(packet: Uint8Array): RtpHeader | RtpRefusal {
  const header = emptyRtpHeader();
  const outcome = readRtpHeader(packet, packet.length, header);
  return outcome === "ok" ? header : outcome;
}

/** An object for `readRtpHeader` to fill. */
export function emptyRtpHeader(): RtpHeader {
  return {
    marker: false,
    payloadType: 0,
    sequenceNumber: 0,
    timestamp: 0,
    ssrc: 0,
    payloadOffset: 0,
    payloadBytes: 0,
  };
}

/** Writes the twelve bytes of a header without sources, extension and padding. */
export function writeRtpHeader(
  into: Uint8Array,
  header: Pick<RtpHeader, "marker" | "payloadType" | "sequenceNumber" | "timestamp" | "ssrc">,
): void {
  into[0] = 0x80;
  into[1] = (header.marker ? 0x80 : 0) | header.payloadType;
  into[2] = header.sequenceNumber >> 8;
  into[3] = header.sequenceNumber & 0xff;
  write32(into, 4, header.timestamp);
  write32(into, 8, header.ssrc);
}

function read16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function read32(bytes: Uint8Array, at: number): number {
  return ((read16(bytes, at) << 16) | read16(bytes, at + 2)) >>> 0;
}

function write32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = (value >>> 16) & 0xff;
  bytes[at + 2] = (value >>> 8) & 0xff;
  bytes[at + 3] = value & 0xff;
}
