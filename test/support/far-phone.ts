import { Secret, silentLog, systemClock, systemRandom } from "@agentcall/base";
import { parseSdp, writeOffer } from "@agentcall/media";
import { type SipEngine, startSipEngine } from "@agentcall/sip-engine";
import { AudioLeg } from "../../packages/phone/src/audio-leg.ts";
import {
  openApplication,
  type SrfApplication,
  type SrfDialogView,
  type SrfInvite,
} from "./srf-application.ts";

const clock = systemClock();
const random = systemRandom();
const secret = "of the far phone";

/** A telephone that is called: a SIP engine and a library client of its own, and audio as the phone's. */
export class FarPhone {
  readonly audio: AudioLeg;
  readonly #engine: SipEngine;
  readonly #application: SrfApplication;
  /** Resolves when it is called. */
  readonly called: Promise<SrfInvite>;
  /** Resolves when it has answered, which it does at once unless it is told to ring only. */
  readonly answered: Promise<SrfDialogView>;

  private constructor(
    audio: AudioLeg,
    engine: SipEngine,
    application: SrfApplication,
    behaviour: "answers" | "rings",
  ) {
    this.audio = audio;
    this.#engine = engine;
    this.#application = application;
    this.called = application.nextInvite();
    this.answered =
      behaviour === "answers"
        ? this.called.then((invite) => this.answer(invite))
        : Promise.withResolvers<SrfDialogView>().promise;
  }

  static async open(behaviour: "answers" | "rings" = "answers"): Promise<FarPhone> {
    const engine = await startSipEngine({
      sipHost: "127.0.0.1",
      sipPort: 0,
      drachtioHost: "127.0.0.1",
      drachtioPort: 0,
      secret: new Secret(secret),
      clock,
      random,
      log: silentLog,
    });
    const application = await openApplication(engine.drachtio, secret);
    const audio = await AudioLeg.open(clock, random, { lossRatio: 0, jitterMs: 0 });
    return new FarPhone(audio, engine, application, behaviour);
  }

  /** Where it listens, as a trunk names it. */
  get server(): { readonly host: string; readonly port: number } {
    const [host = "", port = ""] = this.#engine.sip.split(":");
    return { host, port: Number(port) };
  }

  get uri(): string {
    return `sip:desk@${this.#engine.sip}`;
  }

  /** The call after the first one. */
  nextCall(): Promise<SrfInvite> {
    return this.#application.nextInvite();
  }

  async close(): Promise<void> {
    this.#application.close();
    await this.audio.close();
    await this.#engine.close();
  }

  async answer(invite: SrfInvite): Promise<SrfDialogView> {
    const offer = parseSdp(invite.sdp);
    const [first] = typeof offer === "string" ? [] : offer.codecs;
    if (typeof offer === "string" || first === undefined) throw new Error("no usable offer came");
    this.audio.start({
      remote: { host: offer.connectionAddress, port: offer.port },
      codec: first.codec,
      payloadType: first.payloadType,
      telephoneEventPayloadType: offer.telephoneEventPayloadType,
      keys: null,
    });
    const { host: address, port } = this.audio.local;
    return invite.answer(
      writeOffer(
        { address, port, sessionId: 1, version: 1 },
        { codecs: [first.codec], direction: "sendrecv" },
      ),
    );
  }
}
