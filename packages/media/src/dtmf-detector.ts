/** The low and the high frequencies of the keypad (ITU-T Q.23), by row and by column. */
const rowsHz = [697, 770, 852, 941] as const;
const columnsHz = [1_209, 1_336, 1_477, 1_633] as const;
const keypad = ["123A", "456B", "789C", "*0#D"] as const;

const sampleRateHz = 8_000;
// Goertzel's usual block at 8 kHz: 25.6 ms, in which the eight frequencies are furthest from each other.
const blockSamples = 205;
const blocksToBelieve = 2; // a tone of 40 ms, which Q.24 wants to be heard, fills more than one
const levelMin = 2_000 ** 2 / 2; // -24 dBFS: what is softer is far speech or an echo
const aboveOthers = 6; // 8 dB over every other frequency of its group
const twistMax = 6; // 8 dB between the two groups (Q.24 table A-1)
const shareMin = 0.7; // of all power in the block: speech has harmonics elsewhere

/**
 * Hears keys that are pressed as tones in the audio (ITU-T Q.24), where no telephone events were
 * agreed. A key is told once, when it has sounded through two blocks.
 */
export class DtmfDetector {
  readonly #block = new Float64Array(blockSamples);
  #filled = 0;
  #sounding: string | null = null;
  #blocks = 0;

  /** Whether the last whole block held a key's tones. */
  get isSounding(): boolean {
    return this.#sounding !== null;
  }

  /** Takes audio of any length. Answers the keys that became certain, mostly none. */
  push(samples: Int16Array): string {
    let keys = "";
    for (const sample of samples) {
      this.#block[this.#filled] = sample;
      this.#filled += 1;
      if (this.#filled < blockSamples) continue;
      this.#filled = 0;
      keys += this.#judge(keyIn(this.#block)) ?? "";
    }
    return keys;
  }

  #judge(key: string | null): string | null {
    this.#blocks = key === this.#sounding ? this.#blocks + 1 : 1;
    this.#sounding = key;
    return this.#blocks === blocksToBelieve ? key : null;
  }
}

/** The key whose tones fill the block, or null. */
function keyIn(block: Float64Array): string | null {
  let total = 0;
  for (const sample of block) total += sample * sample;
  if (total / block.length < levelMin) return null;
  const row = loudest(block, rowsHz);
  const column = loudest(block, columnsHz);
  if (row === null || column === null) return null;
  const isBalanced = row.power < twistMax * column.power && column.power < twistMax * row.power;
  const isAll = row.power + column.power > (shareMin * total) / block.length;
  return isBalanced && isAll ? (keypad[row.index]?.[column.index] ?? null) : null;
}

/** The one frequency of a group that stands out, with its power; null where none does. */
function loudest(
  block: Float64Array,
  frequenciesHz: readonly number[],
): { readonly index: number; readonly power: number } | null {
  const powers = frequenciesHz.map((frequencyHz) => powerAt(block, frequencyHz));
  const power = Math.max(...powers);
  const others = powers.filter((each) => each * aboveOthers > power);
  return others.length === 1 ? { index: powers.indexOf(power), power } : null;
}

/** The mean power of one frequency in the block (Goertzel's algorithm). */
function powerAt(block: Float64Array, frequencyHz: number): number {
  const factor = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRateHz);
  let last = 0;
  let beforeLast = 0;
  for (const sample of block) {
    const next = sample + factor * last - beforeLast;
    beforeLast = last;
    last = next;
  }
  const squared = last * last + beforeLast * beforeLast - factor * last * beforeLast;
  return (2 * squared) / block.length ** 2;
}
