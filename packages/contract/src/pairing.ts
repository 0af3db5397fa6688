import { z } from "zod";

const consoleNameCharsMax = 80; // the name of a computer and its user
const codeCharsMax = 32; // eight characters, and whatever a person typed between them
const validMinutesMax = 1_440; // a code on a panel lasts a day at most

/** Eight characters in two groups, without letters that are mistaken for digits: `K7QM-3XRD`. */
const pairingCodePattern = /^[2-9A-HJKMNP-TV-Z]{4}-[2-9A-HJKMNP-TV-Z]{4}$/;

/** A code as somebody typed it, brought to its one form; null for what can be no code. */
export function parsePairingCode(text: string): string | null {
  const plain = text.toUpperCase().replaceAll(/[\s-]/g, "");
  const code = `${plain.slice(0, 4)}-${plain.slice(4)}`;
  return pairingCodePattern.test(code) ? code : null;
}

/** `POST /v1/pairing`: a new code takes the former one's place. */
export const pairingCreationSchema = z.strictObject({
  validMinutes: z.int().min(1).max(validMinutesMax).default(10),
});

export const pairingCreatedSchema = z.object({
  code: z.string().regex(pairingCodePattern),
  expiresAt: z.iso.datetime(),
  /** Of the certificate that a console will be shown: to be compared by eye. Null without HTTPS. */
  fingerprintWords: z.array(z.string()).nullable(),
});

/** `POST /v1/pairing/claim`: the one request of a console that has no key yet. */
export const pairingClaimSchema = z.strictObject({
  code: z.string().max(codeCharsMax),
  consoleName: z.string().trim().min(1).max(consoleNameCharsMax),
});

/** Told once: the key of this console. */
export const pairedSchema = z.object({
  apiKey: z.string(),
  apiKeyId: z.string(),
  applianceName: z.string(),
});
export type Paired = z.infer<typeof pairedSchema>;
