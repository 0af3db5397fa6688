import type { CallId, CallPlan } from "@agentcall/contract";
import type { G711Codec } from "@agentcall/media";
import type { OngoingRecording, RecordingDesk } from "../recording/recording-desk.ts";
import type { MediaTap } from "../rtp/media-tap.ts";

/** What a call needs to be recorded. */
export type RecordingPorts = Pick<RecordingDesk, "begin" | "skip">;

type Recording =
  | { readonly kind: "not-wanted" }
  | { readonly kind: "wanted"; readonly plan: NonNullable<CallPlan["recording"]> }
  | { readonly kind: "running"; readonly ongoing: OngoingRecording }
  | { readonly kind: "over" };

/** The recording of one call, where its plan wants one. */
export class CallRecording {
  readonly #ports: RecordingPorts;
  readonly #callId: CallId;
  #recording: Recording = { kind: "not-wanted" };

  constructor(ports: RecordingPorts, callId: CallId) {
    this.#ports = ports;
    this.#callId = callId;
  }

  planned({ recording }: CallPlan): void {
    if (recording !== null) this.#recording = { kind: "wanted", plan: recording };
  }

  /**
   * The media begin. A call that is answered for something else than the agent, which would have
   * said that it is recorded, is not recorded. What is returned hears both sides.
   */
  start(codec: G711Codec, isDisclosed: boolean): MediaTap | null {
    if (this.#recording.kind !== "wanted") return null;
    const { plan } = this.#recording;
    const ongoing = isDisclosed
      ? this.#ports.begin(this.#callId, plan, codec)
      : ("undisclosed" as const);
    if (typeof ongoing === "string") {
      this.#ports.skip(this.#callId, ongoing);
      this.#recording = { kind: "over" };
      return null;
    }
    this.#recording = { kind: "running", ongoing };
    return ongoing.tap;
  }

  /** May be called twice. */
  end(): void {
    if (this.#recording.kind === "running") this.#recording.ongoing.end();
    this.#recording = { kind: "over" };
  }
}
