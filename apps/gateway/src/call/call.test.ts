import { defaultRateCard, type CallPlan, callPlanSchema, endCauses } from "@agentcall/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CallAction, CallInput, CallState } from "./call-state.ts";
import { decideCall } from "./call.ts";
import { q850OfStatus } from "./callee-refusal.ts";
import { q850CauseOf, refusalStatusOf } from "./end-cause.ts";

const plan: CallPlan = callPlanSchema.parse({
  numberId: "num_1",
  voiceMode: "managed",
  usageTerms: {
    epoch: 1,
    voiceMode: "managed",
    rateCard: defaultRateCard,
    keyFingerprint: null,
    trunkId: null,
    recorded: false,
  },
  agent: {
    instructions: "",
    voice: "marin",
    language: "en",
    firstMessage: null,
    model: "gpt-realtime-2.1",
  },
  provider: { realtimeUrl: "ws://127.0.0.1:1/v1/realtime", apiKey: "practice" },
  answerDeadlineMs: 4_000,
  maxDurationMs: 600_000,
  liveTranscript: true,
  ladder: { managedKey: null, forwardTo: null, announcement: null, rejectWith: 503 },
  tools: [],
  recording: null,
});

/** The words of the scripts below. */
const inputs: Readonly<Record<string, CallInput>> = {
  invite: { kind: "invited", refusal: null },
  "bad-sdp": { kind: "invited", refusal: "malformed_sdp" },
  "no-codec": { kind: "invited", refusal: "no_common_codec" },
  full: { kind: "invited", refusal: "all_calls_taken" },
  plan: { kind: "planned", outcome: { kind: "accept", plan } },
  reject404: reject(404, "number_unknown", null),
  reject480: reject(480, "number_without_agent", null),
  reject403: reject(403, "caller_not_allowed", null),
  reject503: reject(503, "all_calls_taken", 12),
  "no-plan": { kind: "plan-failed" },
  ready: { kind: "session-ready" },
  audio: { kind: "session-audio" },
  "bad-key": { kind: "session-failed", cause: "key_invalid" },
  lost: { kind: "session-failed", cause: "session_lost" },
  answered: { kind: "answered" },
  "not-answered": { kind: "answer-failed" },
  cancel: { kind: "cancelled" },
  bye: { kind: "bye" },
  "no-ack": { kind: "ack-timeout" },
  "no-signalling": { kind: "signalling-lost" },
  "no-media": { kind: "media-lost" },
  deadline: { kind: "time-is-up", timer: "answer-deadline" },
  "max-duration": { kind: "time-is-up", timer: "max-duration" },
  mute: { kind: "model-mute" },
  unreachable: { kind: "session-failed", cause: "provider_unreachable" },
  expired: { kind: "session-failed", cause: "session_expired" },
  announced: { kind: "announced" },
  "no-word": { kind: "time-is-up", timer: "first-word" },
  notice: { kind: "time-is-up", timer: "notice" },
  "not-replaced": { kind: "time-is-up", timer: "replacement" },
  "nearly-over": { kind: "time-is-up", timer: "end-warning" },
  "announcement-stuck": { kind: "time-is-up", timer: "announcement" },
  "refer-unheard": { kind: "time-is-up", timer: "refer" },
  "rings-out": { kind: "time-is-up", timer: "dial" },
  goodbye: { kind: "agent-hung-up" },
  transfer: { kind: "transfer-asked", to: "sip:desk@pbx.example" },
  "refer-accepted": { kind: "refer", result: "accepted" },
  "refer-done": { kind: "refer", result: "done" },
  "refer-refused": { kind: "refer", result: "refused" },
  "far-answered": { kind: "far-end", event: "answered" },
  "far-failed": { kind: "far-end", event: "failed" },
  "far-bye": { kind: "far-end", event: "hung-up" },
  "plan-other-key": planWith({ managedKey: "the other key" }),
  "plan-person": planWith({ forwardTo: "+14155550142" }),
  "plan-for-person": planForPerson(),
  "plan-words": planWith({ announcement: "We are closed.", rejectWith: 486 }),
  "plan-busy": planWith({ rejectWith: 486 }),
  "plan-all": planWith({
    managedKey: "the other key",
    forwardTo: "+14155550142",
    announcement: "We are closed.",
  }),
  "plan-out": planOut({}),
  "plan-out-other-key": planOut({ managedKey: "the other key" }),
  "plan-out-person": planOut({ forwardTo: "+14155550142", announcement: "We are closed." }),
  rings: { kind: "callee-rings" },
  busy: refusedWith(486, null),
  absent: refusedWith(480, 20),
  unreached: {
    kind: "callee-refused",
    refusal: { sipStatus: 408, q850Cause: null, isUnreached: true },
  },
  "rang-out": { kind: "time-is-up", timer: "ring" },
  "bad-media": { kind: "media-refused" },
  api: { kind: "hang-up-asked" },
  drain: { kind: "draining" },
  fault: { kind: "fault" },
};

function planWith(ladder: Partial<CallPlan["ladder"]>): CallInput {
  const its = { ...plan, ladder: { ...plan.ladder, ...ladder } };
  return { kind: "planned", outcome: { kind: "accept", plan: its } };
}

/** The number's budget is used up, and its rule hands callers over. */
function planForPerson(): CallInput {
  const forward = { to: "+14155550142", why: "budget_exhausted" } as const;
  return { kind: "planned", outcome: { kind: "accept", plan: { ...plan, forward } } };
}

function planOut(ladder: Partial<CallPlan["ladder"]>): CallInput {
  const outbound = { ringTimeoutMs: 45_000 };
  const its = { ...plan, ladder: { ...plan.ladder, ...ladder }, outbound };
  return { kind: "planned", outcome: { kind: "accept", plan: its } };
}

function refusedWith(sipStatus: number, q850Cause: number | null): CallInput {
  return { kind: "callee-refused", refusal: { sipStatus, q850Cause, isUnreached: false } };
}

function reject(
  sipStatus: number,
  endCause: "number_unknown" | "number_without_agent" | "caller_not_allowed" | "all_calls_taken",
  retryAfterSecs: number | null,
): CallInput {
  const outcome = {
    kind: "reject",
    sipStatus,
    endCause,
    numberId: null,
    voiceMode: null,
    retryAfterSecs,
  } as const;
  return { kind: "planned", outcome };
}

function run(script: string): { readonly state: CallState; readonly said: string } {
  let state: CallState = { kind: "arrived" };
  const said: string[] = [];
  for (const word of script.split(" ")) {
    const input = inputs[word];
    if (input === undefined) throw new Error(`no such input: ${word}`);
    const decision = decideCall(state, input);
    state = decision.state;
    said.push(...decision.actions.map(inWords));
  }
  return { state, said: said.join(" ") };
}

function inWords(action: CallAction): string {
  switch (action.kind) {
    case "refuse":
      return `refuse:${String(action.refusal.status)}${action.refusal.retryAfterSecs === null ? "" : "+retry"}`;
    case "bye":
      return `bye:${action.cause}`;
    case "finish":
      return `finish:${action.cause}:${String(action.sipStatus)}${action.q850Cause === null ? "" : `:${String(action.q850Cause)}`}`;
    case "arm":
    case "disarm":
      return `${action.kind}:${action.timer}`;
    case "prepare":
      return "prepare-audio";
    case "open-session":
      return action.key === "own" ? action.kind : "open-session:managed";
    case "replace-session":
      return `replace:${action.key}`;
    case "note-step":
      return `step:${action.what}:${action.why}`;
    case "play":
      return `play:${action.what}`;
    case "announce":
      return action.text === null ? action.kind : `announce:${action.text.replaceAll(" ", "-")}`;
    case "ask-plan":
    case "ring":
    case "answer":
    case "start-media":
    case "close-session":
    case "rest-session":
    case "wake-session":
    case "warn-of-end":
    case "refer":
    case "dial":
    case "cancel-dial":
    case "bridge":
      return action.kind;
  }
}

const rung = "ask-plan ring arm:answer-deadline open-session";
const preparing = "ask-plan arm:answer-deadline open-session";
const calling = `${preparing} disarm:answer-deadline answer arm:ring`;
const started = "start-media arm:max-duration arm:end-warning";
const taken = `${rung} disarm:answer-deadline answer ${started}`;
const disarmed =
  "disarm:first-word disarm:notice disarm:replacement disarm:end-warning disarm:refer disarm:dial";
const replacing = "disarm:first-word arm:notice arm:replacement";
const goingToRefer = `${disarmed} play:connecting refer arm:refer`;
const forPerson = `ask-plan ring prepare-audio answer ${started} step:forward:budget_exhausted`;
const dialling = "disarm:refer play:ringback dial arm:dial";

/** The words of the end: the apology, or the number's own. */
function lastWords(why: string, announce = "announce"): string {
  return `step:announcement:${why} close-session ${disarmed} ${announce} arm:announcement`;
}

function hungUp(cause: string): string {
  return `bye:${cause} close-session finish:${cause}:200`;
}

describe("decideCall", () => {
  test.each([
    [
      "an ordinary call",
      "invite plan ready audio answered bye",
      `${taken} close-session finish:caller_hung_up:200`,
    ],
    [
      "the greeting's audio before the ready",
      "invite plan audio ready answered bye",
      `${taken} close-session finish:caller_hung_up:200`,
    ],
    ["malformed SDP", "bad-sdp", "refuse:488 close-session finish:malformed_sdp:488"],
    ["no common codec", "no-codec", "refuse:488 close-session finish:no_common_codec:488"],
    ["all calls taken here", "full", "refuse:503+retry close-session finish:all_calls_taken:503"],
    [
      "all calls taken in the house",
      "invite reject503",
      "ask-plan refuse:503+retry close-session finish:all_calls_taken:503",
    ],
    [
      "unknown number",
      "invite reject404",
      "ask-plan refuse:404 close-session finish:number_unknown:404",
    ],
    [
      "number without agent",
      "invite reject480",
      "ask-plan refuse:480 close-session finish:number_without_agent:480",
    ],
    [
      "caller not allowed",
      "invite reject403",
      "ask-plan refuse:403 close-session finish:caller_not_allowed:403",
    ],
    [
      "control plane unreachable",
      "invite no-plan",
      "ask-plan refuse:503 close-session finish:control_plane_unreachable:503",
    ],
    [
      "cancelled while asking",
      "invite cancel plan",
      "ask-plan close-session finish:caller_cancelled:487",
    ],
    [
      "cancelled while ringing",
      "invite plan ready cancel audio",
      `${rung} close-session finish:caller_cancelled:487`,
    ],
    [
      "key refused before the answer",
      "invite plan bad-key",
      `${rung} step:rejection:key_invalid refuse:503 close-session finish:key_invalid:503`,
    ],
    [
      "session lost before the answer",
      "invite plan ready lost",
      `${rung} step:rejection:provider_error refuse:503 close-session finish:provider_error:503`,
    ],
    [
      "deadline, ready but mute",
      "invite plan ready deadline answered audio",
      `${taken} arm:first-word disarm:first-word`,
    ],
    [
      "deadline, not ready",
      "invite plan deadline ready",
      `${rung} step:rejection:answer_deadline refuse:503 close-session finish:answer_deadline:503`,
    ],
    [
      "hung up by the API while ringing",
      "invite plan api",
      `${rung} refuse:603 close-session finish:api_hung_up:603`,
    ],
    [
      "draining while ringing",
      "invite plan drain",
      `${rung} refuse:503+retry close-session finish:gateway_draining:503`,
    ],
    [
      "a fault while asking",
      "invite fault",
      "ask-plan refuse:500 close-session finish:gateway_fault:500",
    ],
    [
      "the 200 could not be sent",
      "invite plan ready audio not-answered",
      `${rung} disarm:answer-deadline answer close-session finish:gateway_fault:500`,
    ],
    [
      "CANCEL crosses the 200",
      "invite plan ready audio cancel answered",
      `${rung} disarm:answer-deadline answer close-session finish:caller_cancelled:487 bye:caller_cancelled`,
    ],
    [
      "hung up by the API",
      "invite plan ready audio answered api bye",
      `${taken} bye:api_hung_up close-session finish:api_hung_up:200`,
    ],
    [
      "the ACK never came",
      "invite plan ready audio answered no-ack",
      `${taken} close-session finish:ack_timeout:200`,
    ],
    [
      "nobody answers the session timer",
      "invite plan ready audio answered no-signalling",
      `${taken} close-session finish:signalling_lost:200`,
    ],
    [
      "no audio any more",
      "invite plan ready audio answered no-media",
      `${taken} bye:media_timeout close-session finish:media_timeout:200`,
    ],
    [
      "too long",
      "invite plan ready audio answered max-duration",
      `${taken} bye:max_duration close-session finish:max_duration:200`,
    ],
    [
      "draining during the call",
      "invite plan ready audio answered drain",
      `${taken} bye:gateway_draining close-session finish:gateway_draining:200`,
    ],
    [
      "the agent says goodbye",
      "invite plan ready audio answered goodbye",
      `${taken} ${hungUp("agent_hung_up")}`,
    ],
    [
      "the end is near, and then there",
      "invite plan ready audio answered nearly-over max-duration",
      `${taken} warn-of-end ${hungUp("max_duration")}`,
    ],
  ])("%s", (_name, script, wanted) => {
    expect(run(script).said).toBe(wanted);
  });
});

describe("a call that is placed", () => {
  test.each([
    [
      "is sent out when the agent can be heard, and begins with the answer",
      "invite plan-out ready audio rings rings answered bye",
      `${calling} ring disarm:ring ${started} close-session finish:caller_hung_up:200`,
    ],
    [
      "goes out at the deadline with an agent that has said nothing yet",
      "invite plan-out ready deadline answered",
      `${calling} disarm:ring ${started} arm:first-word`,
    ],
    [
      "is not sent out without an agent",
      "invite plan-out bad-key",
      `${preparing} refuse:503 close-session finish:key_invalid:503`,
    ],
    [
      "is not sent out to be forwarded or to hear an apology",
      "invite plan-out-person deadline",
      `${preparing} refuse:503 close-session finish:answer_deadline:503`,
    ],
    [
      "goes out with the other key where that is allowed",
      "invite plan-out-other-key bad-key ready audio",
      `${preparing} step:managed_key:key_invalid close-session arm:answer-deadline open-session:managed disarm:answer-deadline answer arm:ring`,
    ],
    [
      "is busy",
      "invite plan-out ready audio rings busy",
      `${calling} ring close-session finish:callee_busy:486:17`,
    ],
    [
      "tells the carrier's own Q.850 cause",
      "invite plan-out ready audio absent",
      `${calling} close-session finish:callee_no_answer:480:20`,
    ],
    [
      "reaches nobody",
      "invite plan-out ready audio unreached",
      `${calling} close-session finish:carrier_unreachable:408:102`,
    ],
    [
      "is cancelled when it has rung for long enough",
      "invite plan-out ready audio rings rang-out answered",
      `${calling} ring bye:callee_no_answer close-session finish:callee_no_answer:487 bye:callee_no_answer`,
    ],
    [
      "is cancelled through the API",
      "invite plan-out ready audio api",
      `${calling} bye:api_hung_up close-session finish:api_hung_up:487`,
    ],
    [
      "is cancelled when the gateway is stopped",
      "invite plan-out ready audio drain",
      `${calling} bye:gateway_draining close-session finish:gateway_draining:487`,
    ],
    [
      "gets another session where the first was lost while it rang",
      "invite plan-out ready audio lost answered",
      `${calling} disarm:ring ${started} step:session_replaced:session_lost replace:same ${replacing}`,
    ],
    [
      "ends where the answer's description cannot be used",
      "invite plan-out ready audio answered bad-media",
      `${calling} disarm:ring ${started} ${hungUp("no_common_codec")}`,
    ],
  ])("%s", (_name, script, wanted) => {
    expect(run(script).said).toBe(wanted);
  });

  test.each([
    [404, 1],
    [407, 21],
    [480, 18],
    [486, 17],
    [488, 88],
    [500, 41],
    [502, 38],
    [504, 102],
    [600, 17],
    [603, 21],
    [699, null],
  ])("that is refused with %i has the Q.850 cause %j", (sipStatus, q850Cause) => {
    expect(q850OfStatus(sipStatus)).toBe(q850Cause);
  });
});

describe("the failure ladder", () => {
  test.each([
    [
      "another key takes over while it rings",
      "invite plan-other-key bad-key ready audio answered",
      `${rung} step:managed_key:key_invalid close-session arm:answer-deadline open-session:managed disarm:answer-deadline answer ${started}`,
    ],
    [
      "the other key is no help where nobody can be reached",
      "invite plan-other-key unreachable",
      `${rung} step:rejection:provider_unreachable refuse:503 close-session finish:provider_unreachable:503`,
    ],
    [
      "the number's own status refuses",
      "invite plan-busy bad-key",
      `${rung} step:rejection:key_invalid refuse:486 close-session finish:key_invalid:486`,
    ],
    [
      "the number's own words are said, before the answer too",
      "invite plan-words bad-key answered announced",
      `${rung} close-session disarm:answer-deadline answer ${started} ${lastWords("key_invalid", "announce:We-are-closed.")} ${hungUp("key_invalid")}`,
    ],
    [
      "a person takes the call by REFER",
      "invite plan-person bad-key answered refer-accepted refer-done",
      `${rung} close-session disarm:answer-deadline answer ${started} step:forward:key_invalid ${goingToRefer} ${hungUp("forwarded")}`,
    ],
    [
      "a taken REFER ends with the caller's BYE",
      "invite plan-person bad-key answered refer-accepted bye",
      `${rung} close-session disarm:answer-deadline answer ${started} step:forward:key_invalid ${goingToRefer} close-session finish:forwarded:200`,
    ],
    [
      "where REFER is refused we dial ourselves, and join the two",
      "invite plan-person bad-key answered refer-refused far-answered far-bye",
      `${rung} close-session disarm:answer-deadline answer ${started} step:forward:key_invalid ${goingToRefer} ${dialling} disarm:dial close-session bridge arm:max-duration ${hungUp("far_end_hung_up")}`,
    ],
    [
      "where nobody says what became of the REFER, too",
      "invite plan-person bad-key answered refer-accepted refer-unheard far-answered bye",
      `${rung} close-session disarm:answer-deadline answer ${started} step:forward:key_invalid ${goingToRefer} ${dialling} disarm:dial close-session bridge arm:max-duration close-session finish:caller_hung_up:200`,
    ],
    [
      "nobody takes the call, and the caller hears so",
      "invite plan-person bad-key answered refer-refused rings-out announced",
      `${rung} close-session disarm:answer-deadline answer ${started} step:forward:key_invalid ${goingToRefer} ${dialling} cancel-dial disarm:dial ${lastWords("key_invalid")} ${hungUp("key_invalid")}`,
    ],
    [
      "a call whose budget is used up goes to a person, without a session with the model",
      "invite plan-for-person answered refer-accepted refer-done",
      `${forPerson} ${goingToRefer} ${hungUp("forwarded")}`,
    ],
    [
      "and where nobody takes it, the caller hears so",
      "invite plan-for-person answered refer-refused rings-out announced",
      `${forPerson} ${goingToRefer} ${dialling} cancel-dial disarm:dial ${lastWords("budget_exhausted")} ${hungUp("budget_exhausted")}`,
    ],
    [
      "and a caller who gives up before the answer is not handed over",
      "invite plan-for-person cancel",
      "ask-plan ring prepare-audio answer close-session finish:caller_cancelled:487",
    ],
    [
      "a lost session is replaced within the call",
      "invite plan ready audio answered lost notice ready audio",
      `${taken} step:session_replaced:session_lost replace:same ${replacing} play:one-moment disarm:notice disarm:replacement arm:first-word disarm:first-word`,
    ],
    [
      "three times, and then the caller hears an apology",
      "invite plan ready audio answered lost ready lost expired not-replaced announced",
      `${taken} step:session_replaced:session_lost replace:same ${replacing} disarm:notice disarm:replacement arm:first-word step:session_replaced:session_lost replace:same ${replacing} step:session_replaced:session_lost replace:same ${replacing} ${lastWords("session_lost")} ${hungUp("session_lost")}`,
    ],
    [
      "a key that is refused in the call is not tried again",
      "invite plan ready audio answered bad-key announced",
      `${taken} ${lastWords("key_invalid")} ${hungUp("key_invalid")}`,
    ],
    [
      "a session that is lost while the 200 is under way is replaced, too",
      "invite plan ready audio lost answered",
      `${taken} step:session_replaced:session_lost replace:same ${replacing}`,
    ],
    [
      "a mute model: the other key, the person, the words, in this order",
      "invite plan-all ready audio answered mute ready no-word refer-refused far-failed announced",
      `${taken} step:managed_key:model_mute replace:managed ${replacing} disarm:notice disarm:replacement arm:first-word close-session step:forward:model_mute ${goingToRefer} ${dialling} cancel-dial disarm:dial ${lastWords("model_mute", "announce:We-are-closed.")} ${hungUp("model_mute")}`,
    ],
    [
      "one that is mute from the first word on",
      "invite plan ready deadline answered no-word announced",
      `${taken} arm:first-word ${lastWords("model_mute")} ${hungUp("model_mute")}`,
    ],
    [
      "words that are never heard to their end do not hold the call",
      "invite plan ready audio answered mute announcement-stuck",
      `${taken} ${lastWords("model_mute")} ${hungUp("model_mute")}`,
    ],
    [
      "the caller hangs up during the last words",
      "invite plan ready audio answered mute bye announced",
      `${taken} ${lastWords("model_mute")} close-session finish:model_mute:200`,
    ],
  ])("%s", (_name, script, wanted) => {
    expect(run(script).said).toBe(wanted);
  });
});

describe("a transfer that was asked for", () => {
  test.each([
    [
      "rests the model, and is over with the REFER",
      "invite plan ready audio answered transfer refer-accepted refer-done",
      `${taken} rest-session ${goingToRefer} ${hungUp("transferred")}`,
    ],
    [
      "that nobody takes leads back to the agent",
      "invite plan ready audio answered transfer refer-refused far-failed audio",
      `${taken} rest-session ${goingToRefer} ${dialling} cancel-dial disarm:dial wake-session`,
    ],
    [
      "that nobody takes, while the session was lost, leads on to another session",
      "invite plan ready audio answered transfer lost refer-refused far-failed",
      `${taken} rest-session ${goingToRefer} ${dialling} cancel-dial disarm:dial step:session_replaced:session_lost replace:same ${replacing}`,
    ],
    [
      "is left by a caller who hangs up meanwhile",
      "invite plan ready audio answered transfer bye",
      `${taken} rest-session ${goingToRefer} close-session finish:caller_hung_up:200`,
    ],
  ])("%s", (_name, script, wanted) => {
    expect(run(script).said).toBe(wanted);
  });
});

describe("decideCall", () => {
  test("whatever happens, a call finishes at most once, and then says nothing but BYE to a late 200", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...Object.keys(inputs)), { maxLength: 30 }), (words) => {
        const { state, said } = run(["invite", ...words].join(" "));

        const finishes = said.split(" ").filter((word) => word.startsWith("finish:")).length;
        expect(finishes).toBe(state.kind === "ended" ? 1 : 0);
        const after = said.split(/finish:\S+/)[1] ?? "";
        expect(
          after
            .trim()
            .split(" ")
            .every((word) => word === "" || word.startsWith("bye:")),
        ).toBe(true);
      }),
    );
  });

  test("every end cause has a refusal and a Q.850 value", () => {
    const answers = endCauses.map((cause) => [refusalStatusOf(cause), q850CauseOf(cause)]);

    expect(answers.every(([status = 0, q850 = 0]) => status >= 400 && q850 > 0 && q850 < 128)).toBe(
      true,
    );
  });
});
