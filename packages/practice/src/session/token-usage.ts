type Wire = Readonly<Record<string, unknown>>;

const inputTokenMs = 100; // the model hears ten tokens a second
const outputTokenMs = 50; // and speaks twenty
const tokenCharacters = 4;

/** Tokens of one session, reckoned by the real service's rates: each response reads the whole conversation again, the older part from the cache. */
export class TokenUsage {
  #heardTokens = 0;
  #textTokens = 0;
  #cachedAudio = 0;
  #cachedText = 0;

  heard(audioMs: number): void {
    this.#heardTokens += Math.ceil(audioMs / inputTokenMs);
  }

  read(text: string): void {
    this.#textTokens += Math.ceil(text.length / tokenCharacters);
  }

  /** The usage of a response that said this, which later responses then read. */
  ofResponse(spokenMs: number, spokenText: string): Wire {
    const audioOut = Math.ceil(spokenMs / outputTokenMs);
    const textOut = Math.ceil(spokenText.length / tokenCharacters);
    const input = this.#heardTokens + this.#textTokens;
    const cachedAudio = this.#cachedAudio;
    const cachedText = this.#cachedText;
    const wire = {
      total_tokens: input + audioOut + textOut,
      input_tokens: input,
      output_tokens: audioOut + textOut,
      input_token_details: {
        text_tokens: this.#textTokens,
        audio_tokens: this.#heardTokens,
        image_tokens: 0,
        cached_tokens: cachedAudio + cachedText,
        cached_tokens_details: {
          text_tokens: cachedText,
          audio_tokens: cachedAudio,
          image_tokens: 0,
        },
      },
      output_token_details: { text_tokens: textOut, audio_tokens: audioOut },
    };
    this.#cachedAudio = this.#heardTokens;
    this.#cachedText = this.#textTokens;
    this.#heardTokens += audioOut;
    this.#textTokens += textOut;
    return wire;
  }
}
