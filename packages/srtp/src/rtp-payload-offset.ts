const fixedHeaderBytes = 12;
const extensionHeaderBytes = 4;

/**
 * Where a packet's payload begins, behind sources and extension (RFC 3550 sections 5.1 and 5.3.1):
 * from there on it is encrypted, its padding too. Past `packetBytes` where the packet is cut off.
 */
export function rtpPayloadOffset(packet: Uint8Array, packetBytes: number): number {
  const first = packet[0] ?? 0;
  const offset = fixedHeaderBytes + 4 * (first & 0x0f);
  if ((first & 0x10) === 0) return offset;
  if (offset + extensionHeaderBytes > packetBytes) return packetBytes + 1;
  const words = ((packet[offset + 2] ?? 0) << 8) | (packet[offset + 3] ?? 0);
  return offset + extensionHeaderBytes + 4 * words;
}
