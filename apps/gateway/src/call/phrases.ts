import { readFileSync } from "node:fs";
import { AppError } from "@agentcall/base";
import { encodeG711, type G711Codec, parseWav } from "@agentcall/media";

/** What the gateway can say without a model. */
const phraseNames = ["apology", "one-moment", "connecting"] as const;
type PhraseName = (typeof phraseNames)[number];

const folder = new URL("../../assets/phrases/", import.meta.url);

/** The standard phrases, in English, read once for the process. */
export class Phrases {
  readonly #bytes: ReadonlyMap<string, Uint8Array>;

  private constructor(bytes: ReadonlyMap<string, Uint8Array>) {
    this.#bytes = bytes;
  }

  /** Throws `broken-installation` when a sound file is missing or cannot be read. */
  static load(): Phrases {
    const bytes = new Map<string, Uint8Array>();
    for (const name of phraseNames) {
      const samples = samplesOf(name);
      for (const codec of ["pcmu", "pcma"] as const) {
        const encoded = new Uint8Array(samples.length);
        encodeG711(codec, samples, encoded);
        bytes.set(`${name} ${codec}`, encoded);
      }
    }
    return new Phrases(bytes);
  }

  /** G.711 at 8 kHz. */
  of(name: PhraseName, codec: G711Codec): Uint8Array {
    return this.#bytes.get(`${name} ${codec}`) ?? nothing;
  }
}

const nothing = new Uint8Array(0);

function samplesOf(name: PhraseName): Int16Array {
  const wav = parseWav(readFileSync(new URL(`${name}.wav`, folder)));
  if (typeof wav === "string" || wav.sampleRateHz !== 8_000) {
    throw new AppError(
      "broken-installation",
      `The sound file of the phrase ${name} is not usable.`,
    );
  }
  return wav.samples;
}
