import type { AudioDelta } from "./audio-delta.ts";
import { readJson, readRecord } from "./json.ts";
import { parseServerEvent } from "./parse-server-event.ts";
import type { ServerEvent } from "./server-event.ts";

type FrameHandlers = {
  onEvent(event: ServerEvent): void;
  onAudio(delta: AudioDelta): void;
};

/**
 * Reads the provider's frames. Audio is found by its bytes and left where it is: most of what
 * comes down is audio, and neither its JSON nor its base64 has to become a string.
 */
export class FrameReader {
  readonly #delta = new FrameAudio();
  readonly #handlers: FrameHandlers;

  constructor(handlers: FrameHandlers) {
    this.#handlers = handlers;
  }

  read(frame: Buffer): void {
    if (this.#delta.locate(frame)) this.#handlers.onAudio(this.#delta);
    else this.#readJson(frame);
  }

  #readJson(frame: Buffer): void {
    const json = readRecord(readJson(frame.toString("utf8")));
    if (json?.["type"] !== "response.output_audio.delta") {
      this.#handlers.onEvent(parseServerEvent(json));
      return;
    }
    if (this.#delta.take(json["response_id"], json["item_id"], json["delta"])) {
      this.#handlers.onAudio(this.#delta);
    } else {
      this.#handlers.onEvent({ type: "malformed", detail: "response.output_audio.delta" });
    }
  }
}

// The real service writes the type first, its other keys in this order, and nothing after the audio.
const typeKey = Buffer.from('{"type":"response.output_audio.delta",', "latin1");
const responseIdKey = Buffer.from('"response_id":"', "latin1");
const itemIdKey = Buffer.from('"item_id":"', "latin1");
const deltaKey = Buffer.from('"delta":"', "latin1");
const quote = 0x22;
const backslash = 0x5c;
const closingBrace = 0x7d;
const padding = 0x3d; // "="
const idBytesMax = 128; // ids of the provider have about 30

class FrameAudio implements AudioDelta {
  responseId = "";
  itemId = "";
  frame: Buffer = Buffer.alloc(0);
  base64Offset = 0;
  base64Length = 0;
  bytes = 0;

  writeInto(target: Uint8Array, offset: number): number {
    const text = this.frame.toString(
      "latin1",
      this.base64Offset,
      this.base64Offset + this.base64Length,
    );
    return Buffer.from(target.buffer, target.byteOffset, target.byteLength).write(
      text,
      offset,
      "base64",
    );
  }

  /** Finds the audio in a frame of the usual form. False, and nothing changed, where it looks different. */
  locate(frame: Buffer): boolean {
    if (!startsWith(frame, typeKey)) return false;
    const responseAt = frame.indexOf(responseIdKey, typeKey.length) + responseIdKey.length;
    if (responseAt < responseIdKey.length) return false;
    const itemAt = frame.indexOf(itemIdKey, responseAt) + itemIdKey.length;
    if (itemAt < itemIdKey.length) return false;
    const deltaAt = frame.indexOf(deltaKey, itemAt) + deltaKey.length;
    if (deltaAt < deltaKey.length) return false;
    const end = frame.length - 2;
    // The audio is the last thing in the frame, and no escape stands anywhere before its end.
    if (frame.indexOf(quote, deltaAt) !== end || frame[end + 1] !== closingBrace) return false;
    if (frame.includes(backslash)) return false;
    const responseBytes = frame.indexOf(quote, responseAt) - responseAt;
    const itemBytes = frame.indexOf(quote, itemAt) - itemAt;
    if (responseBytes === 0 || responseBytes > idBytesMax) return false;
    if (itemBytes === 0 || itemBytes > idBytesMax) return false;
    this.responseId = textAt(frame, responseAt, responseBytes, this.responseId);
    this.itemId = textAt(frame, itemAt, itemBytes, this.itemId);
    this.#point(frame, deltaAt, end - deltaAt);
    return true;
  }

  /** Takes the audio from a frame that had to be read as JSON. False where it is none. */
  take(responseId: unknown, itemId: unknown, delta: unknown): boolean {
    if (!isId(responseId) || !isId(itemId) || typeof delta !== "string") return false;
    this.responseId = responseId;
    this.itemId = itemId;
    const base64 = Buffer.from(delta, "latin1");
    this.#point(base64, 0, base64.length);
    return true;
  }

  #point(frame: Buffer, offset: number, length: number): void {
    this.frame = frame;
    this.base64Offset = offset;
    this.base64Length = length;
    let chars = length;
    while (chars > 0 && length - chars < 2 && frame[offset + chars - 1] === padding) chars -= 1;
    this.bytes = Math.floor((chars * 3) / 4);
  }
}

function startsWith(frame: Buffer, start: Buffer): boolean {
  return (
    frame.length > start.length && start.compare(frame, 0, start.length, 0, start.length) === 0
  );
}

/** The text in the frame; the one known before where it is the same, so that no new string is made. */
function textAt(frame: Buffer, offset: number, bytes: number, before: string): string {
  if (before.length === bytes) {
    let index = 0;
    while (index < bytes && frame[offset + index] === before.charCodeAt(index)) index += 1;
    if (index === bytes) return before;
  }
  return frame.toString("latin1", offset, offset + bytes);
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= idBytesMax;
}
