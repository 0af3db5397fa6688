import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  type CallId,
  inboundConfigSchema,
  type NumberId,
  type Retention,
} from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../../../test/support/eventually.ts";
import { applianceActor } from "../audit/audit-log.ts";
import { HttpReceiver } from "../testing/http-receiver.ts";
import { OpenApp } from "../testing/open-app.ts";
import { tellCall } from "../testing/told-call.ts";
import { bytesElsewhere } from "../../../../test/support/sql-elsewhere.ts";

const dayMs = 86_400_000;
const callId = "call_old" as CallId;

let folder: string;
let house: OpenApp;
let numberId: NumberId;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-retention-"));
  const file = path.join(folder, "agentcall.db");
  house = await OpenApp.open(undefined, undefined, undefined, undefined, file);
  const made = await house.numbers.create({ number: "+14155550100" as never }, applianceActor);
  numberId = made.id;
  await keepFor({ transcriptDays: 30, reportDays: 60 });
});
afterEach(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

describe("what a number keeps for some days", () => {
  test("is deleted when they are over: rows, search and file know nothing of it, and the call stays", async () => {
    await tell(callId, "zanzibar", "quokka");
    const inFileBefore = ["zanzibar", "quokka"].map(isInFile);

    await afterDays(31);
    const afterMonth = [await found("zanzibar"), await found("quokka"), isInFile("zanzibar")];
    const transcript = await house.ask("GET", `/v1/calls/${callId}/transcript`);
    const report = await house.ask("GET", `/v1/calls/${callId}/report`);
    await afterDays(30);
    const emptied = await house.ask("GET", `/v1/calls/${callId}/report`);
    const briefs = await house.ask("GET", "/v1/briefs");

    expect(inFileBefore).toEqual([true, true]);
    expect(afterMonth).toEqual([[], [callId], false]);
    expect(transcript.json()).toMatchObject({ entries: [], toolCalls: [], summary: "quokka" });
    expect(report.json()).toMatchObject({ report: { summary: "quokka" } });
    expect(emptied.json()).toMatchObject({ status: "ready", report: null });
    expect(briefs.json()).toMatchObject({ items: [] });
    expect([await found("quokka"), isInFile("quokka")]).toEqual([[], false]);
    const call = await house.ask("GET", `/v1/calls/${callId}`);
    expect(call.json()).toMatchObject({ status: "completed", durationMs: 60_000 });
    expect(await house.db.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
  });

  test("stays until then, and for ever where the number says so", async () => {
    await tell(callId, "zanzibar", "quokka");
    await afterDays(29);
    const young = await found("zanzibar");
    await keepFor({ transcriptDays: null, reportDays: null });
    await afterDays(500);

    expect(young).toEqual([callId]);
    expect([await found("zanzibar"), await found("quokka")]).toEqual([[callId], [callId]]);
  });

  test("is deleted after a year where no number says anything of it", async () => {
    await tell("call_stray" as CallId, "zanzibar", "quokka", null);
    await afterDays(364);
    const young = await found("zanzibar");
    await afterDays(2);

    expect([young, await found("zanzibar")]).toEqual([["call_stray"], []]);
  });

  test("is not told to a webhook any more, also where it still waits to be told", async () => {
    const receiver = await HttpReceiver.open();
    receiver.usually = 500;
    const creation = { url: receiver.url, events: ["transcript.partial" as const] };
    await house.afterCall.webhooks.create(creation, applianceActor);
    await tell(callId, "zanzibar", null);
    await afterDays(31);
    await receiver.close();

    expect(await house.db.get("SELECT 1 FROM webhook_message")).toBeNull();
    expect(isInFile("zanzibar")).toBe(false);
  });

  test("is looked after each day by itself, and the audit says so", async () => {
    await tell(callId, "zanzibar", null);
    await house.privacy.retention.sweep.scheduleNext();
    await house.privacy.retention.sweep.scheduleNext();
    await house.jobs.start();
    house.clock.advance(dayMs);
    await untilSweeps(1);
    const young = await found("zanzibar");
    house.clock.advance(31 * dayMs);
    await untilSweeps(2);

    expect(young).toEqual([callId]);
    expect(await found("zanzibar")).toEqual([]);
    const rows = await house.audit.list(50, null);
    expect(rows.filter(({ action }) => action === "retention.swept")).toMatchObject([
      { object: numberId, detail: { what: "transcript", days: 30, calls: 1 } },
    ]);
  });
});

async function keepFor(retention: Retention): Promise<void> {
  const agent = { mode: "ai", systemPrompt: "Be kind.", retention };
  await house.numbers.setInbound(numberId, inboundConfigSchema.parse(agent), applianceActor);
}

function tell(
  id: CallId,
  words: string,
  summary: string | null,
  of: NumberId | null = numberId,
): Promise<void> {
  const beganAtMs = house.clock.nowMs();
  return tellCall(house, { callId: id, numberId: of, beganAtMs, words, summary });
}

/** Lets days pass, and sweeps. */
async function afterDays(days: number): Promise<void> {
  house.clock.advance(days * dayMs);
  const attempt = { jobId: "job_1", number: 1, signal: new AbortController().signal };
  const outcome = await house.privacy.retention.sweep.kind.run({}, attempt);
  expect(outcome.kind).toBe("done");
}

async function found(word: string): Promise<readonly string[]> {
  const answer = await house.ask("GET", `/v1/calls?q=${word}`);
  return answer.json<{ items: { id: string }[] }>().items.map(({ id }) => id);
}

function isInFile(word: string): boolean {
  return readdirSync(folder).some((name) => bytesElsewhere(path.join(folder, name)).includes(word));
}

async function sweeps(): Promise<number> {
  const row = await house.db.get(
    "SELECT count(*) AS count FROM job WHERE kind = 'retention.sweep' AND state = 'done'",
  );
  return Number(row?.["count"]);
}

async function untilSweeps(count: number): Promise<void> {
  let seen = await sweeps();
  while (seen < count) {
    await eventually("the jobs are at rest", () => house.jobs.runningCount === 0);
    house.clock.advance(60_000); // the queue looks again at least once a minute
    seen = await sweeps();
  }
}
