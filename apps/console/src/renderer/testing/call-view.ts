import { type CallView, callViewSchema } from "@agentcall/contract";

/** A call as the API shows it while it goes on; a test names what matters to it. */
export function aCallView(
  parts: Partial<Omit<CallView, "id">> & { readonly id?: string } = {},
): CallView {
  return callViewSchema.parse({
    id: "call_1",
    numberId: "num_1",
    direction: "inbound",
    from: "+14155550142",
    to: "+14155550100",
    status: "in-progress",
    voiceMode: "managed",
    model: null,
    startedAt: "2026-11-24T12:00:00.000Z",
    answeredAt: "2026-11-24T12:00:01.000Z",
    endedAt: null,
    durationMs: null,
    endedBy: null,
    hangupCause: null,
    latency: null,
    tokenUsage: null,
    mediaStats: null,
    toolCallCount: 0,
    fallbackSteps: [],
    recordingReady: false,
    recording: null,
    callerContext: null,
    metadata: {},
    ...parts,
  });
}
