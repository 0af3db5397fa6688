import type { Log } from "@agentcall/base";
import type { EndCause, MediaStats } from "@agentcall/contract";
import type { G711Codec } from "@agentcall/media";
import type { MediaEnds } from "../rtp/media-ends.ts";
import { MediaSession } from "../rtp/media-session.ts";
import type { Invite, Reoffer } from "../sip/sip-leg.ts";
import { CallDescription } from "./call-description.ts";
import type { CallPorts } from "./call-ports.ts";

/** The caller's audio: its description, which is negotiated, and the media session that follows it. */
export class CallMedia {
  readonly #ports: CallPorts;
  readonly #invite: Invite;
  readonly #log: Log;
  #description: CallDescription | null = null;
  #session: MediaSession | null = null;
  #isClosed = false;

  constructor(ports: CallPorts, invite: Invite, log: Log) {
    this.#ports = ports;
    this.#invite = invite;
    this.#log = log;
  }

  /** What the caller's side speaks. */
  get codec(): G711Codec {
    return this.#description?.codec ?? "pcmu";
  }

  /** Reads the INVITE's offer, or makes ours, and opens the ports. Answers why the call cannot be taken, or null. */
  async prepare(): Promise<EndCause | null> {
    return this.#readOffer() ?? (await this.#open());
  }

  /** The description that answers the INVITE, or that ours offers; null where there is none. */
  answer(): string | null {
    if (this.#description === null || this.#session === null) return null;
    const { publicAddress } = this.#invite.trunk;
    const address = publicAddress ?? this.#session.address;
    return this.#description.answer(address, this.#session.port);
  }

  /** The ACK came, or our INVITE was answered: with an answer where the offer was ours. False when its answer cannot be used. */
  confirm(sdp: string): boolean {
    const agreed = this.#description?.confirm(sdp) ?? "settled";
    if (agreed === "unusable") return false;
    if (agreed !== "settled") this.#session?.change(agreed);
    return true;
  }

  /** Hold, resume, or audio to another place: answered from the new description alone. */
  reoffer(reoffer: Reoffer): void {
    const answer = this.#description?.reoffer(reoffer.sdp) ?? null;
    if (answer === null || this.#session === null) {
      reoffer.refuse({ status: 488, reason: "Not Acceptable Here", retryAfterSecs: null });
      return;
    }
    this.#session.change(answer.stream);
    this.#log.info({ held: answer.stream.held }, "the caller changed the media session");
    reoffer.accept(answer.sdp);
  }

  /** Whether there is something agreed to listen to and to send to. */
  get isAgreed(): boolean {
    return (this.#description?.stream ?? null) !== null;
  }

  /** Begins to listen and to send by what was agreed. */
  start(ends: MediaEnds): void {
    const stream = this.#description?.stream ?? null;
    if (stream !== null) this.#session?.start(stream, ends);
  }

  /** Presses keys at the caller's end. False when it takes no telephone events. */
  press(digits: string): boolean {
    return this.#session?.press(digits) ?? false;
  }

  /** What was counted so far; null when the call has no audio yet. */
  stats(): MediaStats | null {
    return this.#session?.stats() ?? null;
  }

  /** Stops at once, and gives the ports back. May be called twice. */
  close(): void {
    this.#isClosed = true;
    this.#session?.close();
  }

  #readOffer(): EndCause | null {
    const { direction, sdp, sourceAddress, trunk } = this.#invite;
    if (direction === "outbound") {
      this.#description = CallDescription.offering(trunk, this.#ports.random);
      return null;
    }
    const read = CallDescription.read(sdp, sourceAddress, this.#ports.random, trunk);
    if (!(read instanceof CallDescription)) return read;
    this.#description = read;
    return null;
  }

  async #open(): Promise<EndCause | null> {
    try {
      const session = await MediaSession.open({ ...this.#ports, log: this.#log });
      if (this.#isClosed) session.close();
      else this.#session = session;
      return this.#description?.isReachableFrom(session.address) === false ? "malformed_sdp" : null;
    } catch (error) {
      this.#log.warn({ err: error }, "no RTP port for the call");
      return "all_calls_taken";
    }
  }
}
