import type { SrfMessage } from "./srf.ts";

/** Methods that a dialog of ours takes, and extensions that we understand (RFC 3261 section 20). */
export const allowedMethods = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, PRACK";
export const extensions = "timer, 100rel";

/** What drachtio raises shorter ones to (RFC 4028 section 5). */
const sessionSecsMin = 90;
/** Longer ones would find nothing in time: no call of ours lasts for a day. */
const sessionSecsMax = 86_400;

/** The header of a 180 to a caller that takes no other than a reliable one (RFC 3262 section 3). */
export function reliability(invite: SrfMessage): Record<string, string> {
  return lists(invite, "Require", "100rel") ? { Require: "100rel" } : {};
}

/**
 * The headers of a 200 by which drachtio finds out that the caller's side is gone though no BYE
 * came (RFC 4028 section 9). The caller's interval counts where it asks for one. We refresh unless
 * the caller says that it will: then nothing depends on what it understands. `sessionSecs` is the
 * trunk's own interval; null leaves session timers out.
 */
export function sessionTimer(
  invite: SrfMessage,
  sessionSecs: number | null,
): Record<string, string> {
  if (sessionSecs === null) return {};
  const asked = /^\s*(\d{1,9})/.exec(invite.get("Session-Expires") ?? "")?.[1];
  if (asked === undefined && !lists(invite, "Supported", "timer")) return {};
  const wanted = asked === undefined ? sessionSecs : Number(asked);
  const secs = Math.min(sessionSecsMax, Math.max(sessionSecsMin, wanted));
  const isTheirs =
    lists(invite, "Supported", "timer") &&
    /;\s*refresher\s*=\s*uac\b/i.test(invite.get("Session-Expires") ?? "");
  return isTheirs
    ? { Require: "timer", "Session-Expires": `${String(secs)};refresher=uac` }
    : { "Session-Expires": `${String(secs)};refresher=uas` };
}

function lists(message: SrfMessage, header: string, option: string): boolean {
  const options = (message.get(header) ?? "").split(",");
  return options.some((each) => each.trim().toLowerCase() === option);
}
