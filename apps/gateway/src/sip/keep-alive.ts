import type { Random } from "@agentcall/base";
import { type SipTarget, targetText, targetUri } from "./server-addresses.ts";
import type { SendRequest, SipAnswer } from "./sip-request.ts";

const answerMsMax = 4_000; // UDP repeats it three times in that time

/** Asks a server whether it is there (RFC 3261 section 11). Any answer, a refusal too, says that it is. */
export function askOptions(
  target: SipTarget,
  send: SendRequest,
  random: Random,
): Promise<SipAnswer> {
  const server = targetText(target);
  const tag = Buffer.from(random.bytes(8)).toString("hex");
  return send(
    {
      method: "OPTIONS",
      uri: `sip:${server}`,
      route: targetUri(target),
      headers: {
        From: `<sip:agentcall@localhost>;tag=${tag}`,
        To: `<sip:${server}>`,
        Contact: "<sip:agentcall@localhost>",
        Accept: "application/sdp",
      },
    },
    answerMsMax,
  );
}
