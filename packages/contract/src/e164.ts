import { z } from "zod";

/** A phone number in E.164 form: `+`, country code, subscriber number, 7 to 15 digits. */
export type E164 = string & { readonly __brand: "E164" };

const e164Form = /^\+[1-9]\d{6,14}$/;

/** The number, or null where the text is not E.164 (ITU-T E.164 §6). */
export function parseE164(text: string): E164 | null {
  return e164Form.test(text) ? (text as E164) : null;
}

export const e164Schema = z
  .string()
  .regex(e164Form, "must be a phone number in E.164 form, such as +14155550123")
  .transform((text) => text as E164)
  .meta({ example: "+14155550123" });
