import type { Log } from "@agentcall/base";
import type { CallId } from "@agentcall/contract";
import { type G711Codec, parseSdp, ptimeFor, type SrtpKeying, writeOffer } from "@agentcall/media";
import { keysOfAnswer, offeredKeyings } from "@agentcall/srtp";
import { MediaSession } from "../rtp/media-session.ts";
import type { Invite } from "../sip/sip-leg.ts";
import type { AudioJunction } from "./audio-junction.ts";
import type { CallPorts, FarLeg } from "./call-ports.ts";
import { RelayQueue } from "./relay-queue.ts";

type FarPartyOptions = {
  readonly ports: CallPorts;
  readonly callId: CallId;
  readonly invite: Invite;
  readonly to: string;
  /** What the caller's leg speaks. */
  readonly codec: G711Codec;
  readonly log: Log;
  readonly onEvent: (event: "answered" | "failed" | "hung-up") => void;
  readonly onDigit: (digit: string) => void;
};

const lawsOf = { pcmu: ["pcmu", "pcma"], pcma: ["pcma", "pcmu"] } as const; // the caller's own first

/** The party to whom a caller is handed over: a leg of its own, its audio joined to the caller's by us. */
export class FarParty {
  readonly #options: FarPartyOptions;
  #media: MediaSession | null = null;
  #leg: FarLeg | null = null;
  #towards: RelayQueue | null = null;
  #from: RelayQueue | null = null;
  #isClosed = false;
  /** Keys of our offer: this leg is protected as its caller's trunk says. */
  #keyings: readonly SrtpKeying[] = [];

  private constructor(options: FarPartyOptions) {
    this.#options = options;
  }

  /** Dials. What comes of it is told by `onEvent`, never before this returns. */
  static dial(options: FarPartyOptions): FarParty {
    const party = new FarParty(options);
    party.#open().catch((error: unknown) => {
      options.log.warn({ err: error }, "the other party could not be dialled");
      if (!party.#isClosed) options.onEvent("failed");
    });
    return party;
  }

  /** Leads the caller's audio to this party, and this party's to the caller. */
  join(junction: AudioJunction): void {
    if (this.#towards !== null && this.#from !== null) junction.lead(this.#towards, this.#from);
  }

  /** Presses a key at the other party's end. */
  press(digit: string): void {
    this.#media?.press(digit);
  }

  /** Hangs up, and gives back what it holds. May be called twice. */
  close(): void {
    this.#isClosed = true;
    this.#leg?.hangUp();
    this.#leg = null;
    this.#media?.close();
    this.#media = null;
  }

  async #open(): Promise<void> {
    const { ports, log, callId, invite, to, codec, onEvent } = this.#options;
    const media = await MediaSession.open({ ...ports, log });
    if (this.#isClosed) {
      media.close();
      return;
    }
    this.#media = media;
    const { address, port } = media;
    const { srtp } = invite.trunk;
    this.#keyings = srtp === "off" ? [] : offeredKeyings(ports.random);
    const sdp = writeOffer(
      { address, port, sessionId: ports.random.below(2 ** 31), version: 1 },
      {
        codecs: lawsOf[codec],
        direction: "sendrecv",
        keyings: this.#keyings,
        isSrtpOnly: srtp === "required",
      },
    );
    this.#leg = ports.dial(
      { callId, to, invite, sdp },
      {
        onAnswered: (answer) => {
          this.#onAnswered(answer);
        },
        onFailed: (sipStatus) => {
          log.info({ sipStatus }, "the other party did not take the call");
          onEvent("failed");
        },
        onHungUp: () => {
          onEvent("hung-up");
        },
      },
    );
  }

  #onAnswered(sdp: string): void {
    const { codec, onEvent, onDigit, invite } = this.#options;
    const answer = parseSdp(sdp, invite.trunk.srtp);
    const [first] = typeof answer === "string" ? [] : answer.codecs;
    if (typeof answer === "string" || first === undefined || this.#media === null) {
      onEvent("failed");
      return;
    }
    const keys = keysOfAnswer(this.#keyings, answer.keyings);
    if (keys === null && answer.keyings.length > 0) {
      onEvent("failed"); // it took a line that was not offered
      return;
    }
    this.#towards = new RelayQueue(codec, first.codec);
    this.#from = new RelayQueue(first.codec, codec);
    const { connectionAddress: address, port, rtcpPort, held } = answer;
    this.#media.start(
      {
        codec: first.codec,
        payloadType: first.payloadType,
        telephoneEventPayloadType: answer.telephoneEventPayloadType,
        source: { address, port, signallingAddress: address },
        ptimeMs: ptimeFor(answer.ptimeMs),
        remoteRtcpPort: rtcpPort,
        keys,
        held,
      },
      {
        sink: this.#from,
        source: this.#towards,
        onDigit,
        onFrameSent: () => undefined,
        tap: null, // the caller's leg hears both
        onMediaLost: () => {
          onEvent("hung-up");
        },
      },
    );
    onEvent("answered");
  }
}
