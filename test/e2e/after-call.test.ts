import {
  candidateViewSchema,
  erasureProofSchema,
  memoryViewSchema,
  pageSchema,
  transcriptViewSchema,
} from "@agentcall/contract";
import { HttpReceiver } from "@agentcall/control-plane/testing";
import { afterEach, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";
import { type Chapter, live } from "../support/story.ts";

// One caller and three calls through the whole house: what is drawn from the first, what the second makes of
// it, and what the agent of the third is told.

const phone = "+14155550199";
const storyMsMax = 240_000; // six calls in real time, on a machine that does other things
const reportMsMax = 5_000; // with a provider that takes a second
const name = "My name is Jane Miller, I work for Acme.";
const mornings = "Please call me in the mornings.";
const promise = "I will send the contract by December 1st.";
const afternoons = "Afternoons are better for me now.";
const bolt = "I think I may be at Bolt these days.";

const first: Chapter = {
  turns: [
    { caller: name, agent: { say: "Hello Jane." } },
    {
      caller: mornings,
      agent: { call: { name: "send_dtmf", arguments: { digits: "1" } } },
      afterTools: { say: "Noted." },
    },
    { caller: promise, agent: { say: "Thank you." } },
  ],
  report: {
    summary: "Jane Miller of Acme promised the contract.",
    callerName: "Jane Miller",
    intent: "service_request",
    urgency: "medium",
    callbackBy: null,
    spam: false,
    facts: [
      { slot: "name", text: "Jane Miller", confidence: 0.9, quote: "My name is Jane Miller" },
      { slot: "company", text: "Acme", confidence: 0.9, quote: "I work for Acme" },
      { slot: "invented", text: "likes tea", confidence: 1, quote: "I like tea." },
    ],
    preferences: [
      { slot: "preferred_time", text: "Mornings", confidence: 0.7, quote: "in the mornings" },
    ],
    commitments: [
      {
        ...{ slot: "contract", text: "Sends the contract by December 1st", by: "caller" },
        ...{ dueDate: "2026-12-01", confidence: 0.9, quote: promise },
      },
    ],
    nextCallContext: "She promised the contract.",
    ownerBrief: "Acme sends the contract.",
  },
};

const second: Chapter = {
  turns: [
    { caller: afternoons, agent: { say: "Noted." } },
    { caller: bolt, agent: { say: "I see." } },
  ],
  report: {
    summary: "Jane Miller asked for afternoons.",
    spam: false,
    preferences: [
      {
        slot: "preferred_time",
        text: "Afternoons",
        confidence: 0.9,
        quote: "Afternoons are better",
      },
    ],
    facts: [{ slot: "company", text: "Bolt", confidence: 0.6, quote: "I may be at Bolt" }],
    commitments: [],
    nextCallContext: "She asked for afternoons.",
    ownerBrief: "",
  },
};

let house: House;

afterEach(async () => {
  await house.close();
});

test(
  "three calls leave a report within five seconds, a memory with quotes, and the brief of the third call",
  { timeout: storyMsMax },
  async () => {
    house = await openHouse();

    const one = await live(house, first);
    const two = await live(house, second);
    const third = await house.answeredCall();
    const session = await house.practice.whenOpened(2);
    await third.hangUp();
    await house.ended(third);

    const contact = (await house.ask("GET", `/v1/contacts/by-phone/${phone}`)) as { id: string };
    const transcript = transcriptViewSchema.parse(
      await house.ask("GET", `/v1/calls/${one.callId}/transcript`),
    );
    const truths = pageSchema(memoryViewSchema).parse(
      await house.ask("GET", `/v1/memory/current?contactId=${contact.id}`),
    ).items;
    const rejected = pageSchema(candidateViewSchema).parse(
      await house.ask("GET", `/v1/memory/candidates?status=rejected&contactId=${contact.id}`),
    ).items;

    expect(transcript.entries.map(({ role, text }) => [role, text])).toEqual([
      ["ai", "Hello."],
      ["human", name],
      ["ai", "Hello Jane."],
      ["human", mornings],
      ["ai", "Noted."],
      ["human", promise],
      ["ai", "Thank you."],
    ]);
    expect(transcript.toolCalls).toMatchObject([
      { name: "send_dtmf", output: '{"ok":true}', afterItemId: transcript.entries[3]?.itemId },
    ]);
    expect(truths.map(({ slot, text, sourceCallId }) => [slot, text, sourceCallId])).toEqual([
      ["company", "Acme", one.callId],
      ["contract", "Sends the contract by December 1st", one.callId],
      ["name", "Jane Miller", one.callId],
      ["preferred_time", "Afternoons", two.callId],
    ]);
    for (const { quote } of truths) {
      expect([name, mornings, promise, afternoons, bolt].some((text) => text.includes(quote))).toBe(
        true,
      );
    }
    expect(rejected).toMatchObject([{ text: "Bolt", reason: "not_surer_than_what_holds" }]);
    expect(instructionsOf(session.frames().map(({ text }) => text))).toContain(
      "Preferred time: Afternoons. Last call: She asked for afternoons.",
    );
    for (const { hungUpAt, readyAt } of [one, two]) {
      expect(Date.parse(readyAt) - Date.parse(hungUpAt)).toBeGreaterThanOrEqual(1_000);
      expect(Date.parse(readyAt) - Date.parse(hungUpAt)).toBeLessThan(reportMsMax);
    }
    for (const { callId } of [one, two]) expectGrowing(callId);
  },
);

test(
  "a call on the appliance's key and one on the number's own leave the same, but for ids and times",
  { timeout: storyMsMax },
  async () => {
    house = await openHouse();
    const receiver = await HttpReceiver.open();
    const events = ["call.transcript", "call.report.ready"];
    await house.ask("POST", "/v1/webhooks", { url: receiver.url, events });

    const managed = [await live(house, first), await live(house, second)];
    await eventually("the webhook was told", () => receiver.received.length === 4);
    const left = await whatIsLeft(
      managed.map(({ callId }) => callId),
      receiver,
    );
    const { id } = (await house.ask("GET", `/v1/contacts/by-phone/${phone}`)) as { id: string };
    const erased = await house.request("POST", `/v1/contacts/${id}/erase`);
    await house.saveKey("sk-proj-practice-good-87654321");
    const own = [await live(house, first), await live(house, second)];
    await eventually("the webhook was told again", () => receiver.received.length === 8);
    const leftByOwn = await whatIsLeft(
      own.map(({ callId }) => callId),
      receiver,
    );
    const modes = await Promise.all(
      [...managed, ...own].map(async ({ callId }) => {
        const call = (await house.ask("GET", `/v1/calls/${callId}`)) as { voiceMode: string };
        return call.voiceMode;
      }),
    );
    await receiver.close();

    expect(modes).toEqual(["managed", "managed", "byok", "byok"]);
    expect(erasureProofSchema.parse(erased.body).erased.length).toBeGreaterThan(4);
    expect(left).toContain("Afternoons are better");
    expect(leftByOwn).toBe(left);
  },
);

async function openHouse(): Promise<House> {
  const opened = await House.open();
  await opened.setAgent({ liveTranscript: true, tools: [{ type: "send_dtmf" }] });
  return opened;
}

/** All that these calls have left behind, as text without ids and times. */
async function whatIsLeft(callIds: readonly string[], { received }: HttpReceiver): Promise<string> {
  const contact = (await house.ask("GET", `/v1/contacts/by-phone/${phone}`)) as { id: string };
  const urls = [
    ...callIds.flatMap((id) => [`/v1/calls/${id}/transcript`, `/v1/calls/${id}/report`]),
    `/v1/contacts/by-phone/${phone}`,
    `/v1/contacts/${contact.id}/next-call-context`,
    `/v1/memory/current?contactId=${contact.id}`,
    "/v1/briefs",
  ];
  const answers = await Promise.all(urls.map((url) => house.ask("GET", url)));
  const { items } = pageSchema(candidateViewSchema).parse(
    await house.ask("GET", `/v1/memory/candidates?contactId=${contact.id}`),
  );
  // Those of one call are of one moment: their order in the list is by their ids.
  const candidates = items.toSorted((one, other) => (one.quote < other.quote ? -1 : 1));
  const told = received.slice(-2 * callIds.length).map(({ body }) => body);
  return withoutIdsAndTimes(JSON.stringify([answers, candidates, told]));
}

function withoutIdsAndTimes(text: string): string {
  const names = new Map<string, string>();
  return text
    .replace(/\b(call|ct|mem|cand|brief|num|item|evt)_[0-9A-Za-z]+/g, (id, kind: string) => {
      const known = names.get(id) ?? `${kind} ${String(names.size)}`;
      names.set(id, known);
      return known;
    })
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "a time")
    .replace(/(\\?"duration\\?":)[\d.]+/g, "$1 some seconds");
}

/** The sequence of what was told live grows, in the order in which it was told. */
function expectGrowing(callId: string): void {
  const sequences = house.messages
    .filter(({ event, data }) => event === "transcript.partial" && data["callId"] === callId)
    .map(({ data }) => Number(data["sequence"]));
  expect(sequences.length).toBeGreaterThan(4);
  expect(sequences).toEqual([...new Set(sequences)].toSorted((one, other) => one - other));
}

function instructionsOf(frames: readonly string[]): string {
  const update = frames
    .map((text) => JSON.parse(text) as { type: string; session?: { instructions?: string } })
    .find(({ type }) => type === "session.update");
  return update?.session?.instructions ?? "";
}
