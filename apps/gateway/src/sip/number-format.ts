import { type NumberFormat, parseE164 } from "@agentcall/contract";

/** E.164 with its plus, as every carrier and this appliance write it. */
export const plainFormat: NumberFormat = {
  countryCode: null,
  nationalPrefix: "0",
  internationalPrefix: "00",
  bare: "as_is",
  dial: "e164",
  scheme: "sip",
};

/**
 * A number as a carrier writes it, in E.164 where the trunk's rules tell how; else as it came.
 * Visual separators are left out (RFC 3966 section 5.1.1).
 */
export function toE164(user: string, format: NumberFormat): string {
  const digits = user.replace(/[-.()\s]/g, "");
  if (!/^\+?\d+$/.test(digits)) return user;
  return parseE164(internationalOf(digits, format)) ?? user;
}

function internationalOf(digits: string, format: NumberFormat): string {
  const { countryCode, nationalPrefix, internationalPrefix, bare } = format;
  if (digits.startsWith("+")) return digits;
  if (digits.startsWith(internationalPrefix)) return `+${digits.slice(internationalPrefix.length)}`;
  if (countryCode !== null && nationalPrefix !== "" && digits.startsWith(nationalPrefix)) {
    return `+${countryCode}${digits.slice(nationalPrefix.length)}`;
  }
  if (bare === "e164") return `+${digits}`;
  if (bare === "national" && countryCode !== null) return `+${countryCode}${digits}`;
  return digits;
}

/** A number in E.164 as the trunk's carrier wants it dialled. */
export function dialledAs(e164: string, format: NumberFormat): string {
  const { countryCode, nationalPrefix, internationalPrefix, dial } = format;
  if (!e164.startsWith("+") || dial === "e164") return e164;
  if (dial === "e164_without_plus") return e164.slice(1);
  const home = `+${countryCode ?? ""}`;
  const isHome = countryCode !== null && e164.startsWith(home);
  return isHome
    ? `${nationalPrefix}${e164.slice(home.length)}`
    : `${internationalPrefix}${e164.slice(1)}`;
}
