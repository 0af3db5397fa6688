import { invariant, type Random } from "@agentcall/base";
import type { EndCause } from "@agentcall/contract";
import { type AudioOffer, type G711Codec, parseSdp, writeAnswer } from "@agentcall/media";
import type { NegotiatedStream } from "../rtp/media-session.ts";

type Answer = { readonly sdp: string; readonly stream: NegotiatedStream };

/** The offer and the answer of a call (RFC 3264), and what was agreed by them. */
export class CallDescription {
  readonly codec: G711Codec;
  readonly #sourceAddress: string;
  readonly #sessionId: number;
  #offer: AudioOffer;
  #version = 1;
  #local = { address: "", port: 0 };
  #stream: NegotiatedStream | null = null;

  private constructor(offer: AudioOffer, sourceAddress: string, random: Random) {
    const [first] = offer.codecs;
    invariant(first !== undefined, "an offer that was read has at least one codec of ours");
    this.codec = first.codec; // the caller's order is the caller's wish
    this.#offer = offer;
    this.#sourceAddress = sourceAddress;
    this.#sessionId = random.below(2 ** 31);
  }

  /** Reads an INVITE's offer, or says why the call cannot be taken. */
  static read(sdp: string, sourceAddress: string, random: Random): CallDescription | EndCause {
    const offer = parseSdp(sdp);
    if (typeof offer === "string") return causeOf(offer);
    return new CallDescription(offer, sourceAddress, random);
  }

  /** What was agreed by the last answer. */
  get stream(): NegotiatedStream | null {
    return this.#stream;
  }

  /** Answers the INVITE's offer with our ports. */
  answer(address: string, port: number): string {
    this.#local = { address, port };
    return this.#answerTo(this.#offer).sdp;
  }

  /**
   * Answers a re-INVITE, or null where it cannot be accepted. The codec stays: the session with
   * the model has been configured for it.
   */
  reoffer(sdp: string): Answer | null {
    if (this.#stream === null) return null;
    // A re-INVITE without an offer asks us for one: ours is what stands.
    const offer = sdp === "" ? this.#offer : parseSdp(sdp);
    if (typeof offer === "string") return null;
    const codecs = offer.codecs.filter(({ codec }) => codec === this.codec);
    if (codecs.length === 0) return null;
    this.#version += 1;
    this.#offer = { ...offer, codecs };
    return this.#answerTo(this.#offer);
  }

  #answerTo(offer: AudioOffer): Answer {
    const codecs = offer.codecs.filter(({ codec }) => codec === this.codec);
    const { sdp, mediaSession } = writeAnswer(
      { ...offer, codecs },
      { ...this.#local, sessionId: this.#sessionId, version: this.#version },
    );
    const stream: NegotiatedStream = {
      codec: mediaSession.codec,
      payloadType: mediaSession.payloadType,
      telephoneEventPayloadType: mediaSession.telephoneEventPayloadType,
      source: {
        address: mediaSession.remoteAddress,
        port: mediaSession.remotePort,
        signallingAddress: this.#sourceAddress,
      },
      remoteRtcpPort: offer.rtcpPort,
      held: mediaSession.direction === "recvonly" || mediaSession.direction === "inactive",
    };
    this.#stream = stream;
    return { sdp, stream };
  }
}

function causeOf(refusal: string): EndCause {
  return refusal === "no-audio" || refusal === "no-common-codec"
    ? "no_common_codec"
    : "malformed_sdp";
}
