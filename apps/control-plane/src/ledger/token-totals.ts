import type { CallRecord, TokenUsage } from "@agentcall/contract";
import type { SqlReader, SqlWriter } from "../sqlite/database.ts";
import { periodOf } from "./period.ts";

/** What the calls of a number have used of a model in a month. */
export type TokenTotal = {
  readonly numberId: string;
  readonly voiceMode: string;
  readonly model: string;
  readonly tokenUsage: TokenUsage;
};

/** Adds a call's tokens to its month's, in the transaction that ends the call. */
export async function addTokens(writer: SqlWriter, record: CallRecord): Promise<void> {
  const { numberId, voiceMode, model, tokenUsage } = record;
  if (numberId === null || voiceMode === null || model === null) return;
  await writer.run(
    `INSERT INTO token_total (period, number_id, voice_mode, model, input_text, input_audio,
       input_cached, output_text, output_audio, transcription)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (period, number_id, voice_mode, model) DO UPDATE SET
       input_text = input_text + excluded.input_text,
       input_audio = input_audio + excluded.input_audio,
       input_cached = input_cached + excluded.input_cached,
       output_text = output_text + excluded.output_text,
       output_audio = output_audio + excluded.output_audio,
       transcription = transcription + excluded.transcription`,
    periodOf(record.answeredAtMs ?? record.startedAtMs),
    numberId,
    voiceMode,
    model,
    tokenUsage.inputTextTokens,
    tokenUsage.inputAudioTokens,
    tokenUsage.inputCachedTokens,
    tokenUsage.outputTextTokens,
    tokenUsage.outputAudioTokens,
    tokenUsage.transcriptionTokens,
  );
}

/** The tokens of a month, by number, mode and model. */
export async function tokensOf(reader: SqlReader, period: string): Promise<readonly TokenTotal[]> {
  const rows = await reader.all(
    "SELECT * FROM token_total WHERE period = ? ORDER BY number_id, voice_mode, model",
    period,
  );
  return rows.map((row) => ({
    numberId: String(row["number_id"]),
    voiceMode: String(row["voice_mode"]),
    model: String(row["model"]),
    tokenUsage: {
      inputTextTokens: Number(row["input_text"]),
      inputAudioTokens: Number(row["input_audio"]),
      inputCachedTokens: Number(row["input_cached"]),
      outputTextTokens: Number(row["output_text"]),
      outputAudioTokens: Number(row["output_audio"]),
      transcriptionTokens: Number(row["transcription"]),
    },
  }));
}
