import { decodeG711 } from "@agentcall/media";
import { decodeHeader, layoutOf, segmentAt, SegmentCipher } from "@agentcall/recording";

/** Both sides of a sealed file, 16 bits a sample. `isComplete`: its last segment says that it is the last. */
export type OpenedRecording = {
  readonly caller: Int16Array;
  readonly agent: Int16Array;
  readonly isComplete: boolean;
};

/** Opens a file as the control plane does. Throws where a segment does not open. */
export function openRecording(file: Uint8Array, callId: string, dataKey: string): OpenedRecording {
  const header = decodeHeader(file);
  if (typeof header === "string") throw new Error(`not a recording: ${header}`);
  const cipher = new SegmentCipher(Buffer.from(dataKey, "base64"), { callId, header });
  const { segments } = layoutOf(file.length, header);
  const parts: Buffer[] = [];
  let isComplete = false;
  for (let number = 0; number < segments; number += 1) {
    const sealed = file.subarray(segmentAt(number, header), segmentAt(number + 1, header));
    const inside = cipher.open(number, "inside", sealed);
    const last = inside === null ? cipher.open(number, "last", sealed) : null;
    isComplete = last !== null;
    const audio = inside ?? last;
    if (audio === null) throw new Error(`segment ${String(number)} does not open`);
    parts.push(audio);
  }
  const audio = Buffer.concat(parts);
  const side = (which: 0 | 1): Int16Array => {
    const bytes = new Uint8Array(audio.length / 2);
    for (let index = 0; index < bytes.length; index += 1)
      bytes[index] = audio[2 * index + which] ?? 0;
    const samples = new Int16Array(bytes.length);
    decodeG711(header.codec, bytes, samples);
    return samples;
  };
  return { caller: side(0), agent: side(1), isComplete };
}
