import { z } from "zod";
import { parseE164 } from "./e164.ts";

const targetCharsMax = 256;

/** No blank, quote or angle bracket: the text stands in SIP headers as it is (RFC 3261 section 25.1). */
const sipUriForm = /^sips?:(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/%]{1,128}@)?[A-Za-z0-9.\-[\]:]{1,128}$/;

/** Where a call may be handed to: a phone number in E.164 form, or a SIP URI. */
export const transferTargetSchema = z
  .string()
  .max(targetCharsMax)
  .refine(
    (text) => parseE164(text) !== null || sipUriForm.test(text),
    "must be a phone number such as +14155550123, or a SIP URI such as sip:desk@pbx.example",
  );
