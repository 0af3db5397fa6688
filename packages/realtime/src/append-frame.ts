import { invariant } from "@agentcall/base";

/**
 * Builds `input_audio_buffer.append` frames in one buffer that is used again and again: the JSON
 * around the audio never changes, and the base64 is written straight into its place.
 */
export class AppendFrame {
  #buffer = frameFor(usualAudioBytes);
  #audioBytes = usualAudioBytes;

  /** The frame for this audio. It is good until the next call. */
  build(audio: Uint8Array, offset: number, bytes: number): Buffer {
    invariant(
      bytes > 0 && bytes <= audioBytesMax && offset >= 0 && offset + bytes <= audio.length,
      `an append takes 1 to ${String(audioBytesMax)} bytes that are there`,
    );
    if (bytes !== this.#audioBytes) {
      this.#buffer = frameFor(bytes);
      this.#audioBytes = bytes;
    }
    writeBase64(audio, offset, bytes, this.#buffer, head.length);
    return this.#buffer;
  }
}

const usualAudioBytes = 320; // 40 ms of G.711
const audioBytesMax = 65_536; // 8 s: a caller who appends more at once is not pacing (the service takes 15 MiB)

const head = Buffer.from('{"type":"input_audio_buffer.append","audio":"', "latin1");
const tail = Buffer.from('"}', "latin1");

function frameFor(audioBytes: number): Buffer {
  const base64Bytes = Math.ceil(audioBytes / 3) * 4;
  const buffer = Buffer.alloc(head.length + base64Bytes + tail.length);
  head.copy(buffer, 0);
  tail.copy(buffer, head.length + base64Bytes);
  return buffer;
}

const alphabet = Buffer.from(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  "latin1",
);
const padding = 0x3d; // "="

/** RFC 4648 §4, with padding. By hand, because Buffer's own encoder makes a string first. */
function writeBase64(
  source: Uint8Array,
  offset: number,
  bytes: number,
  into: Uint8Array,
  at: number,
): void {
  const end = offset + bytes;
  let to = at;
  for (let from = offset; from < end; from += 3) {
    const left = end - from;
    const word =
      ((source[from] ?? 0) << 16) |
      (left > 1 ? (source[from + 1] ?? 0) << 8 : 0) |
      (left > 2 ? (source[from + 2] ?? 0) : 0);
    into[to] = alphabet[word >> 18] ?? 0;
    into[to + 1] = alphabet[(word >> 12) & 63] ?? 0;
    into[to + 2] = left > 1 ? (alphabet[(word >> 6) & 63] ?? 0) : padding;
    into[to + 3] = left > 2 ? (alphabet[word & 63] ?? 0) : padding;
    to += 4;
  }
}
