/**
 * A stamp of 24 bytes inside the audio: G.711 goes through the product untouched, so that it
 * tells at the far end whose audio it is, which piece, and when it was sent.
 */
export type Stamp = { call: number; answer: number; piece: number; sentAtMs: number };

export const stampBytes = 24; // divisible by three: its base64 has no padding

const magic = 0x41434231; // "ACB1"
const magicBytes = Buffer.from("ACB1", "latin1");

/** Writes a stamp at `offset`. */
export function writeStamp(into: Buffer, offset: number, stamp: Stamp): void {
  into.writeUInt32BE(magic, offset);
  into.writeUInt32BE(stamp.call, offset + 4);
  into.writeUInt32BE(stamp.answer, offset + 8);
  into.writeDoubleBE(stamp.sentAtMs, offset + 12);
  into.writeUInt32BE(stamp.piece, offset + 20);
}

/** Where the next stamp begins that is whole within `from`, or -1. */
export function findStamp(bytes: Buffer, offset: number): number {
  const at = bytes.indexOf(magicBytes, offset);
  return at !== -1 && at + stampBytes <= bytes.length ? at : -1;
}

/** Reads the stamp at `offset` into `into`, without allocation. */
export function readStamp(bytes: Buffer, offset: number, into: Stamp): void {
  into.call = bytes.readUInt32BE(offset + 4);
  into.answer = bytes.readUInt32BE(offset + 8);
  into.sentAtMs = bytes.readDoubleBE(offset + 12);
  into.piece = bytes.readUInt32BE(offset + 20);
}
