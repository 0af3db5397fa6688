import { invariant } from "@agentcall/base";

/**
 * Builds `input_audio_buffer.append` frames in one buffer that is used again and again: the JSON
 * around the audio never changes, and only the base64 is written anew.
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
    // Measured for 320 bytes: Node's own encoder and a copy take 140 ns, a loop by hand 350 to 430.
    const text = Buffer.from(audio.buffer, audio.byteOffset + offset, bytes).toString("base64");
    this.#buffer.write(text, head.length, "latin1");
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
