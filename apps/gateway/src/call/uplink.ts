/** What the caller says, gathered into pieces for the model. */
export class Uplink {
  readonly #piece = new Uint8Array(pieceBytes);
  readonly #silence: number;
  readonly #send: (piece: Uint8Array) => void;
  #filledBytes = 0;
  #isDeaf = false;

  /** `send` has the piece only while it runs: the buffer is used again. */
  constructor(silenceByte: number, send: (piece: Uint8Array) => void) {
    this.#silence = silenceByte;
    this.#send = send;
  }

  /** While it is deaf, silence stands for what is said: time goes on for the model. */
  deafen(isDeaf: boolean): void {
    this.#isDeaf = isDeaf;
  }

  /** Takes G.711 in its order. */
  audio(source: Uint8Array, offset: number, bytes: number): void {
    if (this.#isDeaf) {
      this.silence(bytes);
      return;
    }
    const piece = this.#piece;
    let from = offset;
    const end = offset + bytes;
    while (from < end) {
      const at = this.#filledBytes;
      const take = Math.min(end - from, pieceBytes - at);
      // Measured for 160 bytes: 45 ns; a view by `subarray` 56 to 64, since a Buffer makes it another Buffer; a loop 90.
      piece.set(new Uint8Array(source.buffer, source.byteOffset + from, take), at);
      from += take;
      this.#taken(take);
    }
  }

  /** Takes silence for what was lost, or never sent. */
  silence(samples: number): void {
    let left = samples;
    while (left > 0) {
      const take = Math.min(left, pieceBytes - this.#filledBytes);
      this.#piece.fill(this.#silence, this.#filledBytes, this.#filledBytes + take);
      left -= take;
      this.#taken(take);
    }
  }

  #taken(bytes: number): void {
    this.#filledBytes += bytes;
    if (this.#filledBytes < pieceBytes) return;
    this.#filledBytes = 0;
    this.#send(this.#piece);
  }
}

// 40 ms of G.711: half the messages of 20 ms pieces, a fifth less CPU, and 20 ms more delay.
const pieceBytes = 320;
