import {
  parseSessionExpires,
  type SessionExpires,
  writeSessionExpires,
} from "../message/session-expires.ts";
import {
  headerValue,
  listsOption,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  withHeader,
} from "../message/sip-message.ts";

/** An interval that both sides know, and who of them refreshes. */
export type AgreedSession = { readonly intervalSecs: number; readonly refresher: "uac" | "uas" };

/** Shorter ones would load the network for nothing (RFC 4028 §5). */
const intervalSecsMin = 90;
/** Session-Expires means something in these, and in a 2xx to them (RFC 4028 §3). */
const sessionMethods: ReadonlySet<string> = new Set(["INVITE", "UPDATE"]);

/** What a request with too short an interval is told, with 422. */
export const minimumHeader: SipHeader = { name: "Min-SE", value: String(intervalSecsMin) };

/** Whether this request or a 2xx to it says how long the session lives from now on. */
export function concernsSession(request: SipRequest): boolean {
  return sessionMethods.has(request.method);
}

/** Whether its interval is below the floor, and its sender understands to be told (RFC 4028 §9). */
export function isTooShort(request: SipRequest): boolean {
  if (!concernsSession(request) || !listsOption(request, "Supported", "timer")) return false;
  const asked = sessionExpiresOf(request);
  return asked !== null && asked.intervalSecs < intervalSecsMin;
}

/**
 * What our 2xx agrees to. An application's own Session-Expires counts before the caller's; the
 * caller's counts where it names a refresher. As drachtio-server 0.9.4 does, which passes over one
 * that names none: nothing is kept alive here that would be forgotten there.
 */
export function sessionOfOurAnswer(request: SipRequest, given: SipResponse): AgreedSession | null {
  const own = sessionExpiresOf(given);
  if (own !== null) return agreed(own);
  const asked = sessionExpiresOf(request);
  return asked?.refresher === undefined || asked.refresher === null ? null : agreed(asked);
}

/** What their 2xx agrees to. */
export function sessionOfTheirAnswer(response: SipResponse): AgreedSession | null {
  const answered = sessionExpiresOf(response);
  return answered === null ? null : agreed(answered);
}

/** The response with the interval in it. */
export function withSession(given: SipResponse, session: AgreedSession | null): SipResponse {
  if (session === null) return given;
  const value = writeSessionExpires(session);
  return { ...given, headers: withHeader(given.headers, "Session-Expires", value) };
}

function sessionExpiresOf(message: SipMessage): SessionExpires | null {
  return parseSessionExpires(headerValue(message, "Session-Expires") ?? "");
}

/** Where nobody is named, whoever asked refreshes. */
function agreed({ intervalSecs, refresher }: SessionExpires): AgreedSession {
  return {
    intervalSecs: Math.max(intervalSecsMin, intervalSecs),
    refresher: refresher ?? "uac",
  };
}
