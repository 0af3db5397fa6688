import { type Clock, type Random, retryDelayMs } from "@agentcall/base";
import type { TrunkPlan, TrunkReport } from "@agentcall/contract";
import { authorizationFor, parseChallenges } from "./digest.ts";
import { type SipTarget, hostText, targetText, targetUri } from "./server-addresses.ts";
import type { SendRequest, SipAnswer } from "./sip-request.ts";

/** What an attempt to register came to, and when to try again. */
export type RegistrationResult = {
  readonly report: NonNullable<TrunkReport["registration"]>;
  /** In plain words for the admin. */
  readonly message: string;
  readonly nextInMs: number;
  /** Another server may do better: this one did not answer, or has trouble of its own. */
  readonly tryNextServer: boolean;
};

type RegistrationOptions = {
  readonly plan: TrunkPlan;
  readonly send: SendRequest;
  /** What stands in our Contact, such as `203.0.113.5:5060`; null while drachtio is not connected. */
  readonly ourHostPort: () => string | null;
  readonly clock: Clock;
  readonly random: Random;
};

const answerMsMax = 8_000; // UDP repeats it five times in that time
const refreshRatio = 0.8; // of the granted time: two more tries fit into the rest
const grantedSecsMin = 2; // a carrier that grants less would be asked without a pause
const attemptsMax = 3; // the challenge, a stale nonce, an interval that was too brief
const retrySchedule = { firstMs: 5_000, maxMs: 300_000 } as const;
/** Credentials do not mend themselves, and carriers lock an account that knocks too often. */
const refusedSchedule = { firstMs: 60_000, maxMs: 900_000 } as const;

/** Keeps one address of record registered at a carrier (RFC 3261 section 10.2). */
export class Registration {
  readonly #options: RegistrationOptions;
  /** One Call-ID for all of them, its numbers growing (section 10.2.4). */
  readonly #callId: string;
  readonly #tag: string;
  #cseq = 0;
  #failures = 0;

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#callId = `${hex(options.random, 16)}@agentcall`;
    this.#tag = hex(options.random, 8);
  }

  /** Registers, or refreshes what is registered. Never rejects. */
  async refresh(target: SipTarget): Promise<RegistrationResult> {
    const { plan } = this.#options;
    const answer = await this.#register(target, plan.registration?.expiresSecs ?? 0);
    if (answer.kind === "answered" && answer.status === 200) return this.#registered(answer);
    return this.#failed(answer, target);
  }

  /** Takes the registration back; whether it arrives is not waited for longer than one answer. */
  async remove(target: SipTarget): Promise<void> {
    await this.#register(target, 0);
  }

  async #register(target: SipTarget, wantedSecs: number): Promise<SipAnswer> {
    const { send, plan, random } = this.#options;
    const uri = `sip:${hostText(this.#domain)}`;
    let expiresSecs = wantedSecs;
    let authorization: Record<string, string> = {};
    let answer: SipAnswer = { kind: "unanswered" };
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const headers = this.#headers(expiresSecs);
      if (headers === null) return { kind: "unsent", reason: "drachtio is not connected" };
      const route = targetUri(target);
      const request = { method: "REGISTER", uri, route } as const;
      answer = await send({ ...request, headers: { ...headers, ...authorization } }, answerMsMax);
      if (answer.kind !== "answered") return answer;
      if (answer.status === 423) {
        expiresSecs = Number(answer.header("Min-Expires") ?? Number.NaN);
        if (!(expiresSecs > wantedSecs)) return answer;
        continue;
      }
      const isProxy = answer.status === 407;
      if (!isProxy && answer.status !== 401) return answer;
      const text = answer.header(isProxy ? "Proxy-Authenticate" : "WWW-Authenticate") ?? "";
      const [challenge] = parseChallenges(text);
      if (challenge === undefined || plan.credentials === null) return answer;
      const wasTried = Object.keys(authorization).length > 0;
      if (wasTried && !challenge.stale) return answer;
      const value = authorizationFor(challenge, plan.credentials, request, hex(random, 8));
      authorization = { [isProxy ? "Proxy-Authorization" : "Authorization"]: value };
    }
    return answer;
  }

  #headers(expiresSecs: number): Record<string, string> | null {
    const { plan, ourHostPort } = this.#options;
    const ours = ourHostPort();
    if (ours === null) return null;
    this.#cseq += 1;
    const user = plan.credentials?.username ?? "agentcall";
    const record = `<sip:${user}@${hostText(this.#domain)}>`;
    const transport = plan.transport === "udp" ? "" : `;transport=${plan.transport}`;
    return {
      From: `${record};tag=${this.#tag}`,
      To: record,
      "Call-ID": this.#callId,
      CSeq: `${String(this.#cseq)} REGISTER`,
      Contact: `<sip:${user}@${ours}${transport}>;expires=${String(expiresSecs)}`,
      Expires: String(expiresSecs),
    };
  }

  get #domain(): string {
    const { registration, servers } = this.#options.plan;
    return registration?.domain ?? servers[0]?.host ?? "localhost";
  }

  #registered(answer: Extract<SipAnswer, { kind: "answered" }>): RegistrationResult {
    const { plan, clock } = this.#options;
    this.#failures = 0;
    const asked = plan.registration?.expiresSecs ?? 0;
    const grantedSecs = Math.max(grantedSecsMin, grantedSecsOf(answer, asked));
    return {
      report: {
        state: "registered",
        sipStatus: 200,
        expiresAtMs: clock.nowMs() + grantedSecs * 1_000,
      },
      message: `Registered for ${String(grantedSecs)} seconds.`,
      nextInMs: grantedSecs * 1_000 * refreshRatio,
      tryNextServer: false,
    };
  }

  #failed(answer: SipAnswer, target: SipTarget): RegistrationResult {
    this.#failures += 1;
    const status = answer.kind === "answered" ? answer.status : null;
    const isRefused = status !== null && status < 500 && status !== 408;
    const schedule = isRefused ? refusedSchedule : retrySchedule;
    return {
      report: { state: "failed", sipStatus: status, expiresAtMs: null },
      message: registrationMessage(answer, targetText(target)),
      nextInMs: retryDelayMs(schedule, this.#failures, this.#options.random),
      tryNextServer: answer.kind !== "unsent" && !isRefused,
    };
  }
}

/** Why a REGISTER did not succeed, in plain words. */
function registrationMessage(answer: SipAnswer, server: string): string {
  if (answer.kind === "unsent") return `REGISTER could not be sent: ${answer.reason}.`;
  if (answer.kind === "unanswered") return `Nobody answered REGISTER at ${server}.`;
  const said = `The carrier answered ${String(answer.status)} to REGISTER`;
  return `${said}: ${meaningOf(answer.status)}.`;
}

function meaningOf(status: number): string {
  if (status === 401 || status === 407 || status === 403) return "user name or password";
  if (status === 404) return "it does not know this user name, or not in this domain";
  if (status === 408) return "the request did not get through";
  if (status === 423) return "it wants registrations that last longer";
  if (status === 429) return "too many requests";
  return status >= 500 ? "it has trouble of its own" : "it does not take this registration";
}

/** What our Contact was granted (RFC 3261 section 10.2.4): its own parameter, else Expires. */
function grantedSecsOf(answer: Extract<SipAnswer, { kind: "answered" }>, asked: number): number {
  const ofContact = /;\s*expires\s*=\s*(\d{1,9})/i.exec(answer.header("Contact") ?? "")?.[1];
  const seconds = Number(ofContact ?? answer.header("Expires") ?? asked);
  return Number.isInteger(seconds) && seconds >= 0 ? Math.min(seconds, asked) : asked;
}

function hex(random: Random, bytes: number): string {
  return Buffer.from(random.bytes(bytes)).toString("hex");
}
