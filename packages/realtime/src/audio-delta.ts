/**
 * One piece of the model's speech, still base64 in the frame that brought it. The object and the
 * frame are used again for the next one: whoever wants the audio takes it before returning.
 */
export type AudioDelta = {
  readonly responseId: string;
  readonly itemId: string;
  /** The bytes that hold the base64 text, all of it ASCII. */
  readonly frame: Uint8Array;
  readonly base64Offset: number;
  readonly base64Length: number;
  /** How many bytes of G.711 the text stands for. */
  readonly bytes: number;
  /** Decodes into `target` from `offset` on, and says how many bytes that were. */
  writeInto(target: Uint8Array, offset: number): number;
};
