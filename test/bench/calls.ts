import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Random, seededRandom, silentLog, systemClock } from "@agentcall/base";
import {
  type CallEvent,
  type CallId,
  inboundConfigSchema,
  type NumberId,
} from "@agentcall/contract";
import { CallerContext } from "../../apps/control-plane/src/control/caller-context.ts";
import { putReport } from "../../apps/control-plane/src/reports/report-store.ts";
import { setSearchSummary } from "../../apps/control-plane/src/search/call-search.ts";
import {
  endedEvent,
  recordOf,
  startedAtMs,
  startedEvent,
  turnEvent,
  turnOf,
} from "../../apps/control-plane/src/testing/call-facts.ts";
import { OpenApp } from "../../apps/control-plane/src/testing/open-app.ts";
import { emptyExtraction } from "../../apps/control-plane/src/testing/told-call.ts";
import { Asker } from "./asker.ts";

/** Lists, search, a contact's page and the brief at the plan over very many calls, held against their limits. */
const callCount = Number(process.argv[2] ?? "10000");
const callersCount = Math.ceil(callCount / 5);
const turnsPerCall = 20;
const callsAtOnce = 50;
const samplesCount = 200;
const pageMsMax = 50;
const briefMsMax = 20;
const consonants = "bcdfghjklmnpqrstvwxz";
const vowels = "aeiou";
const vocabulary = 4_000; // words of a trade and its customers
const clock = systemClock();
const random = seededRandom(7);
const folder = mkdtempSync(path.join(tmpdir(), "agentcall-bench-"));

async function bench(): Promise<void> {
  const file = path.join(folder, "agentcall.db");
  const house = await OpenApp.open(undefined, undefined, undefined, undefined, file);
  const fromMs = clock.monotonicMs();
  await fill(house);
  const seconds = (clock.monotonicMs() - fromMs) / 1_000;
  say(
    `${String(callCount)} calls of ${String(turnsPerCall)} turns written in ${seconds.toFixed(0)} s`,
  );
  const asker = new Asker(house);
  const get = (url: string) => () => asker.get(url);
  await measured("the calls list, first page", pageMsMax, get("/v1/calls"));
  await measured("the calls list, 100 a page", pageMsMax, get("/v1/calls?limit=100"));
  await measured("the calls of one number", pageMsMax, get("/v1/calls?numberId=num_7"));
  await measured("the calls of one caller", pageMsMax, () =>
    asker.get(`/v1/calls?from=${encodeURIComponent(phoneOf(random.below(callersCount)))}`),
  );
  await measured("search for a word of few calls", pageMsMax, () =>
    asker.get(`/v1/calls?q=${wordOf(vocabulary - 1 - random.below(100))}`),
  );
  await measured("search for a word of every call", pageMsMax, get("/v1/calls?q=hello"));
  await measured(
    "search for the beginning of a word",
    pageMsMax,
    get(`/v1/calls?q=${wordOf(7).slice(0, 4)}`),
  );
  await measured("search for two words", pageMsMax, get(`/v1/calls?q=hello%20${wordOf(12)}`));
  await measured("a call with its transcript", pageMsMax, async () => {
    const id = callIdOf(random.below(callCount));
    await asker.get(`/v1/calls/${id}`);
    await asker.get(`/v1/calls/${id}/transcript`);
  });
  await measured("the contacts list", pageMsMax, get("/v1/contacts"));
  await measured("a contact's page", pageMsMax, () => contactPage(asker));
  await measured("the brief at the plan", briefMsMax, briefAtPlan(house));
  const check = await house.db.get("PRAGMA integrity_check");
  say(`integrity_check: ${String(check?.["integrity_check"])}`);
  await house.close();
}

/** All that a console asks for to show one contact. */
async function contactPage(asker: Asker): Promise<void> {
  const phone = encodeURIComponent(phoneOf(random.below(callersCount)));
  const contact = (await asker.get(`/v1/contacts/by-phone/${phone}`)) as { id: string };
  await asker.get(`/v1/memory/current?contactId=${contact.id}`);
  await asker.get(`/v1/memory/candidates?contactId=${contact.id}`);
  await asker.get(`/v1/contacts/${contact.id}/next-call-context`);
  await asker.get(`/v1/calls?from=${phone}`);
}

/** What a plan waits for: the setting, the contact, and the note of what was told. */
function briefAtPlan(house: OpenApp): () => Promise<void> {
  const { db, vault, afterCall } = house;
  const { memory, http } = afterCall;
  const context = new CallerContext({ db, vault, memory, http, clock, log: silentLog });
  const inbound = inboundConfigSchema.parse({ mode: "ai", systemPrompt: "Be kind." });
  let plans = 0;
  return async () => {
    plans += 1;
    const block = await context.forCall(
      {
        kind: "call.offer",
        direction: "inbound",
        callId: `call_plan${String(plans)}` as CallId,
        from: phoneOf(random.below(callersCount)),
        to: "+14155550100",
        sipCallId: "bench",
        sourceAddress: "127.0.0.1",
        trunkId: null,
        startedAtMs,
      },
      { id: "num_1" as NumberId, inbound },
    );
    if (!block.includes("Company")) throw new Error("the brief was not there");
  };
}

async function fill(house: OpenApp): Promise<void> {
  for (let from = 0; from < callCount; from += callsAtOnce) {
    const numbers = Array.from({ length: callsAtOnce }, (_, index) => from + index);
    const events = numbers.flatMap((number) => eventsOf(number, random));
    await house.calls.apply({ gatewayId: "gateway-1", bootId: "boot-1" }, events);
    await house.db.tx(async (writer) => {
      for (const number of numbers) {
        const callId = callIdOf(number);
        const summary = sentence(random);
        const quote = "Hello";
        const fact = { slot: "company", text: `Company ${String(number)}`, confidence: 0.9, quote };
        const report = { ...emptyExtraction, summary, facts: [fact] };
        await putReport(writer, { callId, state: "ready", report, updatedAtMs: startedAtMs });
        await setSearchSummary(writer, callId, summary);
        const phone = phoneOf(number % callersCount);
        await house.afterCall.memory.remember(
          writer,
          { id: callId, phone, numberId: null },
          report,
        );
      }
    });
  }
}

function eventsOf(number: number, chance: Random): readonly CallEvent[] {
  const of = {
    callId: callIdOf(number),
    from: phoneOf(number % callersCount),
    numberId: `num_${String(number % 50)}` as NumberId,
    startedAtMs: startedAtMs + number * 60_000,
  };
  const eventId = (name: string): string => `evt_${String(number)}${name}`;
  const turns = Array.from({ length: turnsPerCall }, (_, index) =>
    turnEvent(
      turnOf({
        itemId: `item_${String(index)}`,
        previousItemId: index === 0 ? null : `item_${String(index - 1)}`,
        speaker: index % 2 === 0 ? "ai" : "human",
        text: index === 0 ? "Hello." : sentence(chance),
        startedAtMs: index * 3_000,
      }),
      eventId(`t${String(index)}`),
      { callId: of.callId },
    ),
  );
  const { startedAtMs: atMs, ...who } = of;
  const answeredAtMs = atMs + 2_000;
  const record = recordOf({ ...of, answeredAtMs, endedAtMs: answeredAtMs + 60_000 });
  const start = startedEvent({ ...who, atMs, eventId: eventId("start") });
  return [start, ...turns, endedEvent(record, eventId("end"))];
}

/** Twelve words, the common ones more often: as of a language. */
function sentence(chance: Random): string {
  const words = Array.from({ length: 12 }, () =>
    wordOf(Math.floor(vocabulary * (chance.below(10_000) / 10_000) ** 3)),
  );
  return `${words.join(" ")}.`;
}

function wordOf(number: number): string {
  return [number % 20, Math.floor(number / 20) % 20, Math.floor(number / 400)]
    .map((syllable) => `${consonants.charAt(syllable)}${vowels.charAt(syllable % vowels.length)}`)
    .join("");
}

function phoneOf(caller: number): string {
  return `+1415${String(2_000_000 + caller)}`;
}

function callIdOf(number: number): CallId {
  return `call_${String(number)}` as CallId;
}

async function measured(what: string, msMax: number, work: () => Promise<unknown>): Promise<void> {
  const samples: number[] = [];
  for (let count = 0; count < samplesCount; count += 1) {
    const fromMs = clock.monotonicMs();
    await work();
    samples.push(clock.monotonicMs() - fromMs);
  }
  samples.sort((one, other) => one - other);
  const at = (share: number): string => (samples[Math.floor(samplesCount * share)] ?? 0).toFixed(1);
  const isWithin = Number(at(0.95)) < msMax;
  const verdict = isWithin ? "ok" : "TOO SLOW";
  say(`${what}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms (limit ${String(msMax)}) ${verdict}`);
  if (!isWithin) process.exitCode = 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

try {
  await bench();
} finally {
  rmSync(folder, { recursive: true });
}
