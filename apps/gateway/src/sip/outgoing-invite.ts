import type { Clock, Log, Random, Timer } from "@agentcall/base";
import type { CallId } from "@agentcall/contract";
import { authorizationFor, parseChallenges } from "./digest.ts";
import type { LegRefusal } from "./sip-leg.ts";
import type { SrfClient, SrfDialog, SrfOwnRequest, SrfReply } from "./srf.ts";

/** One way to a called party: a server of a trunk, or the party itself. */
export type InviteTarget = {
  readonly uri: string;
  /** Where the INVITE is sent; null follows the URI. */
  readonly proxy: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The answer to a challenge; null where there is none. */
  readonly credentials: { readonly username: string; readonly password: string } | null;
  /** The URI of another number in E.164, reached by the same way. */
  uriOf(number: string): string;
  /** Whether somebody is there who is only slow. */
  isThere(): Promise<boolean>;
};

export type InviteOutcome =
  | { readonly kind: "answered"; readonly dialog: SrfDialog; readonly target: InviteTarget }
  | Refused;

type Refused = LegRefusal & { readonly kind: "refused" };

type OutgoingInviteOptions = {
  readonly client: SrfClient;
  readonly callId: CallId;
  /** In the order to be tried. */
  readonly targets: Promise<readonly InviteTarget[]>;
  readonly sdp: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onSent: (sipCallId: string) => void;
  /** It rings, or the network says that it will. May be told often. */
  readonly onRinging: () => void;
  /** Told once, and not at all when the INVITE is given up. */
  readonly onOutcome: (outcome: InviteOutcome) => void;
  /** Told once, when drachtio holds nothing of it any more but the dialog that was handed out. */
  readonly onGone: () => void;
};

/** One INVITE that is under way. */
type Attempt = {
  readonly target: InviteTarget;
  /** Answers to challenges so far. */
  readonly authorizations: number;
  /** There as soon as drachtio has sent it. */
  request: SrfOwnRequest | null;
  hasRung: boolean;
  /** Its answer is not wanted any more. */
  isUnwanted: boolean;
  silence: Timer | null;
};

// A carrier answers "trying" at once, which drachtio keeps for itself; ringing may take ten seconds.
const silenceMsMax = 4_000;
const authorizationsMax = 2; // the challenge, and a stale nonce
// drachtio gives an INVITE up itself after 32 s; when even that is not told, its connection is dead.
const leaveMsMax = 33_000;
const unsentStatus = 503;
const timeoutStatus = 408;

/**
 * Our INVITE to a called party. A server that has trouble of its own or does not answer is passed
 * over for the next (RFC 3263 section 4.3); what the called party says is the last word. A challenge
 * is answered within the same call (RFC 3261 section 22.2); a redirection is not followed, since
 * it would lead past the rules of where one may call.
 */
export class OutgoingInvite {
  readonly #options: OutgoingInviteOptions;
  readonly #open = new Set<Attempt>();
  #targets: readonly InviteTarget[] = [];
  #next = 0;
  #isSettled = false;
  #isGone = false;
  #leaveTimer: Timer | null = null;
  #last: Refused = unreached(unsentStatus);

  constructor(options: OutgoingInviteOptions) {
    this.#options = options;
  }

  /** Sends it. What comes of it is told later, never before this returns. */
  start(): void {
    this.#options.targets.then(
      (targets) => {
        this.#targets = targets;
        this.#tryNext();
      },
      (error: unknown) => {
        const { log, callId } = this.#options;
        log.warn({ callId, err: error }, "the way to a called party could not be found");
        this.#settle(this.#last);
      },
    );
  }

  /** Gives it up: CANCEL, and BYE where the answer crosses it. May be called twice. */
  cancel(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    for (const attempt of this.#open) this.#giveUp(attempt);
    this.#leaveWhenDone();
  }

  /** Forgets it, because the connection to drachtio is being closed. */
  abandon(): void {
    this.#isSettled = true;
    for (const { silence } of this.#open) silence?.cancel();
    this.#open.clear();
    this.#leaveWhenDone();
  }

  #tryNext(): void {
    if (this.#isSettled) return;
    const target = this.#targets[this.#next];
    this.#next += 1;
    if (target === undefined) this.#settle(this.#last);
    else this.#send({ target, authorizations: 0, headers: {} });
  }

  #send(what: {
    readonly target: InviteTarget;
    readonly authorizations: number;
    /** Beside those of the target. */
    readonly headers: Readonly<Record<string, string>>;
  }): void {
    const { client, callId, sdp } = this.#options;
    const { target, authorizations } = what;
    const attempt: Attempt = {
      target,
      authorizations,
      request: null,
      hasRung: false,
      isUnwanted: false,
      silence: null,
    };
    this.#open.add(attempt);
    this.#watchSilence(attempt);
    const proxy = target.proxy === null ? {} : { proxy: target.proxy };
    const headers: Record<string, string> = {
      "X-AgentCall-Call-Id": callId,
      ...target.headers,
      ...what.headers,
    };
    try {
      client.createUAC(
        target.uri,
        { ...proxy, localSdp: sdp, headers },
        {
          cbRequest: (_error, request) => {
            this.#onSent(attempt, request);
          },
          cbProvisional: () => {
            this.#onProvisional(attempt);
          },
        },
        (error, dialog) => {
          this.#onFinal(attempt, error, dialog);
        },
      );
    } catch (error) {
      this.#onFinal(attempt, error, undefined); // not connected: the library asserts
    }
  }

  /** Nothing was heard for a while: whoever does not answer OPTIONS either is passed over. */
  #watchSilence(attempt: Attempt): void {
    if (this.#targets[this.#next] === undefined) return; // there is nobody else to try
    attempt.silence = this.#options.clock.after(silenceMsMax, () => {
      void attempt.target.isThere().then((isThere) => {
        if (isThere || attempt.hasRung || attempt.isUnwanted || !this.#open.has(attempt)) return;
        this.#last = unreached(timeoutStatus);
        this.#giveUp(attempt);
        this.#tryNext();
      });
    });
  }

  #onSent(attempt: Attempt, request: SrfOwnRequest | undefined): void {
    if (request === undefined) return; // told by the final callback
    attempt.request = request;
    this.#options.onSent(request.get("Call-ID") ?? "");
    if (attempt.isUnwanted) this.#sendCancel(request);
  }

  #onProvisional(attempt: Attempt): void {
    attempt.silence?.cancel();
    attempt.hasRung = true;
    if (!attempt.isUnwanted && !this.#isSettled) this.#options.onRinging();
  }

  #onFinal(attempt: Attempt, error: unknown, dialog: SrfDialog | undefined): void {
    attempt.silence?.cancel();
    const isKnown = this.#open.delete(attempt);
    if (dialog !== undefined) this.#onDialog(attempt, dialog, isKnown);
    else if (!attempt.isUnwanted && !this.#isSettled) this.#onRefusal(attempt, error);
    this.#leaveWhenDone();
  }

  #onDialog(attempt: Attempt, dialog: SrfDialog, isKnown: boolean): void {
    if (this.#isSettled || attempt.isUnwanted || !isKnown) {
      this.#bye(attempt, dialog); // its answer crossed our CANCEL
      return;
    }
    for (const other of this.#open) this.#giveUp(other);
    this.#settle({ kind: "answered", dialog, target: attempt.target });
  }

  #onRefusal(attempt: Attempt, error: unknown): void {
    const { log, callId } = this.#options;
    const reply = replyOf(error);
    const sipStatus = reply?.status ?? unsentStatus;
    log.info({ callId, sipStatus, attempt: this.#next }, "an INVITE of ours was refused");
    if (reply !== null && (sipStatus === 401 || sipStatus === 407)) {
      const headers = this.#authorization(attempt, reply);
      if (headers !== null) {
        const { target, authorizations } = attempt;
        this.#send({ target, authorizations: authorizations + 1, headers });
        return;
      }
    }
    const isTheirTrouble = reply === null || reply.source_address === "" || isServersOwn(sipStatus);
    this.#last = { ...unreached(sipStatus), q850Cause: q850In(reply), isUnreached: isTheirTrouble };
    // A telephone that has rung once does not ring again by another way.
    if (isTheirTrouble && !attempt.hasRung) this.#tryNext();
    else this.#settle(this.#last);
  }

  /** The headers of the same request with the answer to its challenge; null where there is none. */
  #authorization(
    { target, authorizations, request }: Attempt,
    reply: SrfReply,
  ): Record<string, string> | null {
    if (target.credentials === null || authorizations >= authorizationsMax || request === null) {
      return null;
    }
    const isProxy = reply.status === 407;
    const text = reply.get(isProxy ? "Proxy-Authenticate" : "WWW-Authenticate") ?? "";
    const [challenge] = parseChallenges(text);
    if (challenge === undefined || (authorizations > 0 && !challenge.stale)) return null;
    const value = authorizationFor(
      challenge,
      target.credentials,
      { method: "INVITE", uri: target.uri },
      Buffer.from(this.#options.random.bytes(8)).toString("hex"),
    );
    const cseq = Number.parseInt(request.get("CSeq") ?? "1", 10) + 1;
    return {
      "Call-ID": request.get("Call-ID") ?? "",
      From: request.get("From") ?? "",
      CSeq: `${String(cseq)} INVITE`,
      [isProxy ? "Proxy-Authorization" : "Authorization"]: value,
    };
  }

  #giveUp(attempt: Attempt): void {
    if (attempt.isUnwanted) return;
    attempt.isUnwanted = true;
    attempt.silence?.cancel();
    if (attempt.request !== null) this.#sendCancel(attempt.request);
  }

  #sendCancel(request: SrfOwnRequest): void {
    try {
      request.cancel(() => undefined);
    } catch (error) {
      this.#logFailure("CANCEL", error);
    }
  }

  #bye(attempt: Attempt, dialog: SrfDialog): void {
    if (!this.#isGone) this.#open.add(attempt);
    try {
      dialog.destroy({ headers: {} }, () => {
        this.#open.delete(attempt);
        this.#leaveWhenDone();
      });
    } catch (error) {
      this.#open.delete(attempt);
      this.#logFailure("BYE", error);
    }
  }

  #settle(outcome: InviteOutcome): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#options.onOutcome(outcome);
    this.#leaveWhenDone();
  }

  #leaveWhenDone(): void {
    if (!this.#isSettled || this.#isGone) return;
    if (this.#open.size > 0) {
      this.#leaveTimer ??= this.#options.clock.after(leaveMsMax, () => {
        this.abandon();
      });
      return;
    }
    this.#isGone = true;
    this.#leaveTimer?.cancel();
    this.#options.onGone();
  }

  #logFailure(what: string, error: unknown): void {
    const { log, callId } = this.#options;
    log.warn({ callId, what, err: error }, "a SIP message could not be sent");
  }
}

/** RFC 3261 section 21.5: the server failed, and another may do better. */
function isServersOwn(sipStatus: number): boolean {
  return sipStatus >= 500 && sipStatus < 600;
}

function unreached(sipStatus: number): Refused {
  return { kind: "refused", sipStatus, q850Cause: null, isUnreached: true };
}

/** The library's errors bear the response; what could not be sent at all has none. */
function replyOf(error: unknown): SrfReply | null {
  if (typeof error !== "object" || error === null || !("res" in error)) return null;
  const { res } = error;
  const isReply = typeof res === "object" && res !== null && "status" in res && "get" in res;
  return isReply ? (res as SrfReply) : null; // the one cast: this is the border of the library
}

/** RFC 3326 section 2. */
function q850In(reply: SrfReply | null): number | null {
  const found = /Q\.850\s*;\s*cause\s*=\s*(\d{1,3})/i.exec(reply?.get("Reason") ?? "")?.[1];
  const cause = Number(found ?? Number.NaN);
  return cause >= 1 && cause <= 127 ? cause : null;
}
