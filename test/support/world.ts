import { readFileSync } from "node:fs";
import { parseWav, resampleTo8k } from "@agentcall/media";
import { apiKeyCreatedSchema, type Role } from "@agentcall/contract";
import { z } from "zod";
import { hasEnded } from "./audio.ts";
import { eventually } from "./eventually.ts";
import { House } from "./house.ts";
import type { HouseOptions } from "./house-options.ts";

const sentence = "The name is Miller.";
const fact = { slot: "name", text: "Miller", confidence: 0.95, quote: sentence };
const doubt = { ...fact, text: "Mueller", confidence: 0.3 };

/** What is said in the one call, and what is drawn from it: one memory, one rejected candidate, one brief. */
const scenario = {
  greeting: [{ say: "Hello." }],
  turns: [{ caller: sentence, agent: { say: "Thank you." } }],
  extractions: [
    {
      when: sentence,
      give: {
        ...{ summary: "Miller called.", callerName: "Miller", intent: "other", urgency: "low" },
        ...{ callbackBy: null, spam: false, entities: [], facts: [fact, doubt], preferences: [] },
        ...{ decisions: [], commitments: [], tasks: [], risks: [], unresolved: [] },
        ...{ nextCallContext: "Is called Miller.", ownerBrief: "Call Miller back." },
      },
    },
  ],
};

const idSchema = z.object({ id: z.string() });
const pageSchema = z.object({ items: z.array(idSchema) });

/** A house in which one call was answered, transcribed, reported and remembered: there is something to read at every address. */
export class World {
  readonly house: House;
  readonly callId: string;
  readonly phone: string;
  readonly numberId: string;
  readonly trunkId: string;
  readonly contactId: string;
  readonly exportId: string;
  readonly memoryId: string;
  readonly candidateId: string;
  readonly briefId: string;

  private constructor(house: House, ids: Omit<World, "house" | "apiKey" | "close">) {
    this.house = house;
    this.callId = ids.callId;
    this.phone = ids.phone;
    this.numberId = ids.numberId;
    this.trunkId = ids.trunkId;
    this.contactId = ids.contactId;
    this.exportId = ids.exportId;
    this.memoryId = ids.memoryId;
    this.candidateId = ids.candidateId;
    this.briefId = ids.briefId;
  }

  static async open(options: HouseOptions = {}): Promise<World> {
    const house = await House.open({ scenario, ...options });
    const call = await house.answeredCall({ from: "+14155550142" });
    const heard = (from: number): boolean =>
      hasEnded(call.audio.heard?.samples.subarray(from), 300, 800);
    await eventually("the greeting was heard", () => heard(0));
    const answerFrom = call.audio.heard?.samples.length ?? 0;
    await call.audio.play(question());
    await eventually("the answer was heard", () => heard(answerFrom));
    await call.hangUp();
    const { id: callId, from } = await house.ended(call);
    await eventually("the call has its report", () =>
      house.messages.some(({ event }) => event === "call.report.ready"),
    );
    await house.ask("POST", "/v1/usage/exports", {});
    const firstOf = async (url: string): Promise<string> =>
      pageSchema.parse(await house.ask("GET", url)).items[0]?.id ?? "";
    const contactId = await firstOf("/v1/contacts");
    return new World(house, {
      callId,
      phone: from,
      numberId: await firstOf("/v1/numbers"),
      trunkId: await firstOf("/v1/trunks"),
      contactId,
      memoryId: await firstOf(`/v1/memory/current?contactId=${contactId}`),
      candidateId: await firstOf("/v1/memory/candidates?status=rejected"),
      briefId: await firstOf("/v1/briefs"),
      exportId: await firstOf("/v1/usage/exports"),
    });
  }

  /** A fresh key: its hundred requests a minute are its own. */
  async apiKey(role: Role): Promise<string> {
    const created = await this.house.ask("POST", "/v1/api-keys", { role, label: null });
    return apiKeyCreatedSchema.parse(created).apiKey ?? "";
  }

  close(): Promise<void> {
    return this.house.close();
  }
}

function question(): Int16Array {
  const file = new URL("../../packages/phone/assets/question.wav", import.meta.url);
  const wav = parseWav(readFileSync(file));
  if (typeof wav === "string") throw new Error(wav);
  return resampleTo8k(wav.samples, 8_000);
}
