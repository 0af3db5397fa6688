import { parseE164 } from "@agentcall/contract";

const partCharsMax = 256; // the contract's limit for a presented or dialled number

/**
 * The user part of the first SIP or tel URI in a header or request line, in E.164 where it can
 * be told: visual separators are left out (RFC 3966 section 5.1.1), and a leading `00` is the
 * international prefix. Anything else is passed on as it was written.
 */
export function numberIn(headerOrUri: string): string {
  const found = /(?:sips?|tel):([^@;>?\s]*)/i.exec(headerOrUri);
  const user = unescapeUser(found?.[1] ?? "").slice(0, partCharsMax);
  const digits = user.replace(/[-.()\s]/g, "").replace(/^00(?=[1-9])/, "+");
  return parseE164(digits) ?? user;
}

function unescapeUser(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user; // a stray per cent sign: told as it came
  }
}
