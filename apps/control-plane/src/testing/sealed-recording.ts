import type { NumberId, RecordingFlaw } from "@agentcall/contract";
import { encodeHeader, type RecordingHeader, SegmentCipher } from "@agentcall/recording";
import type { RecordingIntake } from "../recordings/recording-intake.ts";
import type { RecordingStore } from "../recordings/recording-store.ts";
import { callId } from "./call-facts.ts";

export const segmentBytes = 1_600; // 100 ms
const header: RecordingHeader = { codec: "pcmu", segmentBytes };

/** The file of a recording as a gateway writes it; one that was stopped in the middle has no last segment. */
export function sealedRecording(
  dataKey: string,
  audio: Uint8Array,
  { isComplete = true, of = callId }: { isComplete?: boolean; of?: string } = {},
): Buffer {
  const cipher = new SegmentCipher(Buffer.from(dataKey, "base64"), { callId: of, header });
  const parts = [encodeHeader(header)];
  const count = Math.floor(audio.length / segmentBytes);
  for (let number = 0; number < count; number += 1) {
    const at = number * segmentBytes;
    parts.push(cipher.seal(number, "inside", audio.subarray(at, at + segmentBytes)));
  }
  const rest = audio.subarray(count * segmentBytes);
  if (isComplete) parts.push(cipher.seal(count, "last", rest));
  return Buffer.concat(parts);
}

/** G.711 in which no two segments are alike. */
export function someAudio(bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
}

/** Plans the recording of the call of the tests; its data key, base64. */
export async function plannedRecording(store: RecordingStore): Promise<string> {
  const secret = await store.begin(callId, { id: "num_1" as NumberId, retentionDays: 365 });
  if (secret === null) throw new Error("the vault is sealed");
  return secret.reveal();
}

/** Sends a file as a gateway does, in pieces; what was said of it at the end. */
export async function sendFile(
  intake: Pick<RecordingIntake, "onOffer" | "onPiece">,
  file: Uint8Array,
  { flaw = null as RecordingFlaw | null, pieceBytes = 4_000 } = {},
): Promise<"done" | "later"> {
  for (;;) {
    const offered = await intake.onOffer({ callId, bytes: file.length, flaw });
    if (offered.kind !== "stored") return offered.kind;
    for (let at = offered.bytes; at < file.length;) {
      const data = Buffer.from(file.subarray(at, at + pieceBytes)).toString("base64");
      const progress = await intake.onPiece({ callId, at, data });
      if (progress.kind !== "stored") return progress.kind;
      at = progress.bytes;
    }
  }
}
