import { z } from "zod";

export const voices = [
  "alloy",
  "ash",
  "ballad",
  "cedar",
  "coral",
  "echo",
  "marin",
  "sage",
  "shimmer",
  "verse",
] as const;
export type Voice = (typeof voices)[number];
export const voiceSchema = z.enum(voices);

export const languages = [
  "auto",
  "en",
  "es",
  "fr",
  "de",
  "it",
  "pt",
  "nl",
  "ja",
  "ko",
  "zh",
  "hi",
  "ar",
] as const;
export type Language = (typeof languages)[number];
export const languageSchema = z.enum(languages);

export const voiceModes = ["managed", "byok"] as const;
export type VoiceMode = (typeof voiceModes)[number];
export const voiceModeSchema = z.enum(voiceModes);
