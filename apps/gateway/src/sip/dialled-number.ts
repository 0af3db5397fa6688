import type { NumberFormat } from "@agentcall/contract";
import { plainFormat, toE164 } from "./number-format.ts";

const partCharsMax = 256; // the contract's limit for a presented or dialled number

/**
 * The user part of the first SIP or tel URI in a header or request line, in E.164 where it can
 * be told by these rules. Anything else is passed on as it was written.
 */
export function numberIn(headerOrUri: string, format: NumberFormat = plainFormat): string {
  const found = /(?:sips?|tel):([^@;>?\s]*)/i.exec(headerOrUri);
  const user = unescapeUser(found?.[1] ?? "").slice(0, partCharsMax);
  return toE164(user, format);
}

function unescapeUser(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user; // a stray per cent sign: told as it came
  }
}
