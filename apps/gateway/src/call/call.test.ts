import { defaultRateCard, type CallPlan, callPlanSchema, endCauses } from "@agentcall/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CallAction, type CallInput, type CallState, decideCall } from "./call.ts";
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
  "apology-over": { kind: "time-is-up", timer: "apology" },
  api: { kind: "hang-up-asked" },
  drain: { kind: "draining" },
  fault: { kind: "fault" },
};

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
      return `finish:${action.cause}:${String(action.sipStatus)}`;
    case "arm":
    case "disarm":
      return `${action.kind}:${action.timer}`;
    case "ask-plan":
    case "ring":
    case "open-session":
    case "answer":
    case "start-media":
    case "apologise":
    case "close-session":
      return action.kind;
  }
}

const rung = "ask-plan ring arm:answer-deadline open-session";
const taken = `${rung} disarm:answer-deadline answer start-media arm:max-duration`;

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
      `${rung} refuse:503 close-session finish:key_invalid:503`,
    ],
    [
      "session lost before the answer",
      "invite plan ready lost",
      `${rung} refuse:503 close-session finish:provider_error:503`,
    ],
    ["deadline, ready but mute", "invite plan ready deadline answered", taken],
    [
      "deadline, not ready",
      "invite plan deadline ready",
      `${rung} refuse:503 close-session finish:answer_deadline:503`,
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
      "session lost during the call",
      "invite plan ready audio answered lost lost apology-over bye",
      `${taken} close-session apologise arm:apology bye:session_lost close-session finish:session_lost:200`,
    ],
    [
      "the caller hangs up during the apology",
      "invite plan ready audio answered lost bye apology-over",
      `${taken} close-session apologise arm:apology close-session finish:session_lost:200`,
    ],
    [
      "session lost while the 200 is under way",
      "invite plan ready audio lost answered apology-over",
      `${taken} close-session apologise arm:apology bye:session_lost close-session finish:session_lost:200`,
    ],
  ])("%s", (_name, script, wanted) => {
    expect(run(script).said).toBe(wanted);
  });

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
