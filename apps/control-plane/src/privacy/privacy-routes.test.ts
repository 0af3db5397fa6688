import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type CallId, callerManifestSchema, erasureProofSchema } from "@agentcall/contract";
import { strFromU8, unzipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startedEvent } from "../testing/call-facts.ts";
import { OpenApp } from "../testing/open-app.ts";
import { emptyExtraction, tellCall } from "../testing/told-call.ts";
import { bytesElsewhere } from "../../../../test/support/sql-elsewhere.ts";

const phone = "+14155550199";
const other = "+14155550188";
const first = "call_1" as CallId;
const second = "call_2" as CallId;
const strangers = "call_3" as CallId;

let folder: string;
let house: OpenApp;
let contactId: string;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-privacy-"));
  const file = path.join(folder, "agentcall.db");
  house = await OpenApp.open(undefined, undefined, undefined, undefined, file);
  await tellCall(house, { callId: first, words: "zanzibar", summary: "quokka" });
  await tellCall(house, { callId: second, words: "zanzibar again", summary: null });
  await tellCall(house, { callId: strangers, from: other, words: "lisbon", summary: "wombat" });
  house.sounds.set(first, "RIFF of the first");
  house.sounds.set(strangers, "RIFF of a stranger");
  contactId = await rememberCaller();
});
afterEach(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

describe("an export of a caller", () => {
  test("holds all of that caller and nothing of another, and a manifest that proves each file", async () => {
    const answer = await house.ask("GET", `/v1/contacts/${contactId}/export`, { as: "admin" });

    const files = unzipSync(answer.rawPayload);
    const { ["manifest.json"]: manifestFile = new Uint8Array(), ...others } = files;
    const manifest = callerManifestSchema.parse(JSON.parse(strFromU8(manifestFile)));
    expect(answer.headers["content-type"]).toBe("application/zip");
    expect(Object.keys(files).at(-1)).toBe("manifest.json");
    expect(manifest).toMatchObject({ contactId, phone, callIds: [first, second] });
    expect(manifest.files).toEqual(
      Object.entries(others).map(([name, content]) => ({
        path: name,
        bytes: content.length,
        sha256: createHash("sha256").update(content).digest("hex"),
      })),
    );
    expect(Object.keys(others)).toEqual([
      "contact.json",
      "memory.json",
      "memory-candidates.json",
      "memory-timeline.json",
      ...["call", "transcript", "report", "brief"].map((name) => `calls/${first}/${name}.json`),
      `calls/${first}/recording.wav`,
      ...["call", "transcript"].map((name) => `calls/${second}/${name}.json`),
    ]);
    const all = Object.values(files)
      .map((content) => strFromU8(content))
      .join("\n");
    for (const held of ["zanzibar", "quokka", "RIFF of the first", "find_order", "Capybara"]) {
      expect(all).toContain(held);
    }
    for (const not of ["lisbon", "wombat", "stranger"]) expect(all).not.toContain(not);
    expect((await house.audit.list(1, null))[0]).toMatchObject({
      action: "contact.exported",
      object: contactId,
    });
  });

  test("is had by number, too, also of a caller of whom nothing was remembered", async () => {
    const of = (number: string): string => `/v1/contacts/by-phone/${encodeURIComponent(number)}`;
    const known = await house.ask("GET", `${of(phone)}/export`, { as: "admin" });
    const unknown = await house.ask("GET", `${of(other)}/export`, { as: "admin" });
    const nobody = await house.ask("GET", `${of("+19995550000")}/export`, { as: "admin" });

    expect(Object.keys(unzipSync(known.rawPayload))).toContain("contact.json");
    expect(Object.keys(unzipSync(unknown.rawPayload))).toContain(`calls/${strangers}/report.json`);
    expect(nobody.statusCode).toBe(404);
  });
});

describe("the erasure of a caller", () => {
  test("deletes what an export would have held, proves it by the same checksums, and keeps the calls", async () => {
    const zip = await house.ask("GET", `/v1/contacts/${contactId}/export`, { as: "admin" });
    const manifest = callerManifestSchema.parse(
      JSON.parse(strFromU8(unzipSync(zip.rawPayload)["manifest.json"] ?? new Uint8Array())),
    );
    const answer = await house.ask("POST", `/v1/contacts/${contactId}/erase`, { as: "admin" });
    const again = await house.ask("POST", `/v1/contacts/${contactId}/erase`, { as: "admin" });

    const proof = erasureProofSchema.parse(answer.json());
    const kept = new Set([first, second].map((id) => `calls/${id}/call.json`));
    expect(answer.statusCode).toBe(201);
    expect(proof.erased).toEqual(manifest.files.filter(({ path: name }) => !kept.has(name)));
    expect(again.json()).toEqual(answer.json());
    expect(isInFile("zanzibar", "quokka", "Capybara")).toEqual([false, false, false]);
    expect(isInFile("lisbon", "wombat")).toEqual([true, true]);
    expect([...house.sounds.keys()]).toEqual([strangers]);
    expect((await house.ask("GET", `/v1/contacts/by-phone/${phone}`)).statusCode).toBe(404);
    for (const id of [first, second]) {
      const call = await house.ask("GET", `/v1/calls/${id}`);
      expect(call.json()).toMatchObject({ status: "completed", durationMs: 60_000 });
    }
    const found = await house.ask("GET", "/v1/calls?q=zanzibar");
    expect(found.json()).toMatchObject({ items: [] });
    const erasedRows = (await house.audit.list(10, null)).filter(
      ({ action }) => action === "contact.erased",
    );
    expect(erasedRows).toMatchObject([{ object: contactId, detail: { erasureId: proof.id } }]);
    expect(await house.db.get("PRAGMA integrity_check")).toEqual({ integrity_check: "ok" });
  });

  test("waits for the end of a call that is in progress", async () => {
    const event = startedEvent({ callId: "call_9" as CallId, eventId: "evt_now", from: phone });
    await house.calls.apply({ gatewayId: "gateway-1", bootId: "boot-1" }, [event]);

    const answer = await house.ask("POST", `/v1/contacts/${contactId}/erase`, { as: "admin" });

    expect(answer.statusCode).toBe(409);
    expect(isInFile("zanzibar")).toEqual([true]);
  });

  test("by number reaches a caller of whom nothing was remembered, and nobody else", async () => {
    const url = `/v1/contacts/by-phone/${encodeURIComponent(other)}/erase`;
    const answer = await house.ask("POST", url, { as: "admin" });

    expect(erasureProofSchema.parse(answer.json())).toMatchObject({
      contactId: null,
      callIds: [strangers],
    });
    expect(isInFile("lisbon", "zanzibar")).toEqual([false, true]);
  });

  test("keeps a report from being written that was being made meanwhile", async () => {
    await house.ask("POST", `/v1/contacts/${contactId}/erase`, { as: "admin" });

    const states = await house.db.all("SELECT state FROM call_report WHERE call_id = ?", second);

    expect(states.map(({ state }) => state)).toEqual(["ready"]);
  });
});

test.each([
  ["GET", "/v1/contacts/ct_none/export"],
  ["POST", "/v1/contacts/ct_none/erase"],
] as const)("%s %s answers 404 to an admin and 403 to an operator", async (method, url) => {
  const admin = await house.ask(method, url, { as: "admin" });
  const operator = await house.ask(method, url, { as: "operator" });

  expect([admin.statusCode, operator.statusCode]).toEqual([404, 403]);
});

async function rememberCaller(): Promise<string> {
  const fact = { slot: "pet", text: "Capybara", confidence: 0.9, quote: "zanzibar" };
  const call = { id: first, phone, numberId: null };
  const contact = await house.db.tx((writer) =>
    house.afterCall.memory.remember(writer, call, { ...emptyExtraction, facts: [fact] }),
  );
  return contact?.id ?? "";
}

function isInFile(...words: readonly string[]): readonly boolean[] {
  const contents = readdirSync(folder).map((name) => bytesElsewhere(path.join(folder, name)));
  return words.map((word) => contents.some((content) => content.includes(word)));
}
