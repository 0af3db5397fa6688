import { requestFault, type StrangerPolicy } from "./invite-gate.ts";
import type { RegisterAnswer } from "./registrar.ts";
import type { SrfMessage } from "./srf.ts";
import type { StrangerWatch } from "./stranger-watch.ts";
import type { TrunkDirectory } from "./trunk-directory.ts";

const retryAfterSecs = "5"; // the control plane is back within seconds
const refused: RegisterAnswer = { status: 403, headers: {} };

/**
 * The answer to a REGISTER, or null for none. Whoever knows the password of a trunk's
 * `inbound.digest` is registered there; an address alone is not enough, since calls would be sent to
 * wherever it says. Strangers are answered as seldom as with INVITEs.
 */
export function answerRegister(
  request: SrfMessage,
  directory: TrunkDirectory,
  watch: StrangerWatch,
  policy: StrangerPolicy,
): RegisterAnswer | null {
  const sourceAddress = request.source_address;
  if (requestFault(request) !== null) {
    watch.dropped(sourceAddress, "malformed");
    return null;
  }
  if (!directory.isTold) return { status: 503, headers: { "Retry-After": retryAfterSecs } };
  const guard = directory.digest;
  if (guard === null) {
    if (policy === "drop") {
      watch.dropped(sourceAddress, "dropped");
      return null;
    }
    return watch.mayAnswer(sourceAddress, "refused") ? refused : null;
  }
  const header = request.get("Authorization") ?? "";
  const verdict = guard.check({
    header,
    method: "REGISTER",
    sourceAddress,
    passwordOf: (name) => directory.byDigestName(name)?.inbound.digest?.password ?? null,
  });
  switch (verdict.kind) {
    case "known":
      return directory.register(verdict.username, request) ?? refused;
    case "stale": {
      if (!watch.mayAnswer(sourceAddress, "challenged")) return null;
      const challenge = guard.challenge(sourceAddress, header !== "");
      return { status: 401, headers: { "WWW-Authenticate": challenge } };
    }
    case "wrong":
      return watch.mayAnswer(sourceAddress, "refused") ? refused : null;
  }
}
