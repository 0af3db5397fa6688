import { readFileSync } from "node:fs";
import { parseWav, resampleTo8k } from "@agentcall/media";

const file = new URL("../../packages/phone/assets/question.wav", import.meta.url);
const rateHz = 8_000;

/** The spoken question that `npm run call` asks, as samples of 8 kHz. */
export function bundledQuestion(): Int16Array {
  const wav = parseWav(readFileSync(file));
  if (typeof wav === "string") throw new Error(wav);
  return resampleTo8k(wav.samples, rateHz);
}
