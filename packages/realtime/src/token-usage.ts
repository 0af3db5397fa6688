/** Token counts of one response or one transcription. Cached tokens are part of the input tokens. */
export type TokenUsage = {
  readonly inputTextTokens: number;
  readonly inputAudioTokens: number;
  readonly inputCachedTokens: number;
  readonly outputTextTokens: number;
  readonly outputAudioTokens: number;
  readonly transcriptionTokens: number;
};
