import { type NumberFormat, parseE164 } from "@agentcall/contract";
import { numberIn } from "./dialled-number.ts";
import type { SrfMessage } from "./srf.ts";

/** Who calls whom, as an INVITE of a trunk tells it. */
export type CallParties = {
  readonly from: string;
  readonly to: string;
  /** What else the caller's side said of the call. */
  readonly metadata: Readonly<Record<string, string>>;
};

const metadataCharsMax = 256;

/**
 * The caller is whom the carrier asserts (P-Asserted-Identity, RFC 3325 section 9.1), else whom
 * From names. The dialled number is the request line's, else that of P-Called-Party-ID (RFC 7315
 * section 4.2) or To: a carrier that calls what we registered as has our user name in the request
 * line. Only for calls of a trunk: a stranger may assert anything.
 */
export function partiesOf(request: SrfMessage, format: NumberFormat): CallParties {
  const asserted = header(request, "P-Asserted-Identity");
  return {
    from: numberIn(asserted ?? header(request, "From") ?? "", format),
    to: dialled(request, format),
    metadata: metadataOf(request, format),
  };
}

function dialled(request: SrfMessage, format: NumberFormat): string {
  const inRequestLine = numberIn(request.uri, format);
  const others = [header(request, "P-Called-Party-ID"), header(request, "To")];
  const numbers = [inRequestLine, ...others.map((text) => numberIn(text ?? "", format))];
  return numbers.find((number) => parseE164(number) !== null) ?? inRequestLine;
}

/** The last diversion stands first (RFC 5806 section 4). */
function metadataOf(request: SrfMessage, format: NumberFormat): Record<string, string> {
  const metadata: Record<string, string> = {};
  const diversion = header(request, "Diversion");
  if (diversion !== null) {
    metadata["divertedFrom"] = numberIn(diversion, format);
    const reason = /;\s*reason\s*=\s*"?([\w-]+)/i.exec(diversion)?.[1];
    if (reason !== undefined) metadata["divertedReason"] = reason;
  }
  const privacy = header(request, "Privacy");
  if (privacy !== null && /\b(?:id|user)\b/i.test(privacy)) metadata["callerPrivacy"] = "requested";
  return metadata;
}

function header(request: SrfMessage, name: string): string | null {
  const value = request.has(name) ? request.get(name) : undefined;
  return value === undefined || value === "" ? null : value.slice(0, 4 * metadataCharsMax);
}
