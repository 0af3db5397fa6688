/** A frame of the control protocol is `<bytes>#<payload>`, the length in decimal digits. */
const lengthDigitsMax = 5;
/** What drachtio-server's own buffer takes: an application that passes here passes there too. */
const controlFrameBytesMax = 12_228;

const hash = 0x23;

/** Cuts a TCP stream into payloads. After a fault nobody knows where the next frame begins. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);
  #isBroken = false;

  /** The payloads that are complete now, in order, or `broken` behind the last good one. */
  push(bytes: Buffer): readonly (Buffer | "broken")[] {
    if (this.#isBroken) return [];
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const payloads: (Buffer | "broken")[] = [];
    for (let next = this.#next(); next !== null; next = this.#next()) {
      payloads.push(next);
      if (next === "broken") {
        this.#isBroken = true;
        this.#pending = Buffer.alloc(0);
        break;
      }
    }
    return payloads;
  }

  #next(): Buffer | "broken" | null {
    const at = this.#pending.indexOf(hash);
    if (at < 0) return this.#pending.length > lengthDigitsMax ? "broken" : null;
    const digits = this.#pending.toString("latin1", 0, Math.min(at, lengthDigitsMax + 1));
    const length = /^\d{1,5}$/.test(digits) ? Number(digits) : 0;
    if (length === 0 || length > controlFrameBytesMax) return "broken";
    const end = at + 1 + length;
    if (this.#pending.length < end) return null;
    // Copied: what a transaction keeps must not keep the socket's buffer alive.
    const payload = Buffer.from(this.#pending.subarray(at + 1, end));
    this.#pending = this.#pending.subarray(end);
    return payload;
  }
}

export function writeFrame(payload: string | Buffer): Buffer {
  const bytes = typeof payload === "string" ? Buffer.from(payload, "utf8") : payload;
  return Buffer.concat([Buffer.from(`${String(bytes.length)}#`, "latin1"), bytes]);
}
