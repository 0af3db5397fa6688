import { briefViewSchema, type CallId, pageSchema } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpenApp } from "../testing/open-app.ts";
import { tellCall } from "../testing/told-call.ts";

const callId = "call_1" as CallId;
const briefId = `brief_${callId}`;

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open();
  await tellCall(house, { callId, words: "Call me back.", summary: "Wants a call back." });
});
afterEach(async () => {
  await house.close();
});

describe("the owner's brief of a call", () => {
  test("is open, then acknowledged, then resolved, and each step leaves an audit row", async () => {
    const before = await briefs("status=open");
    house.clock.advance(1_000);
    const acknowledged = await house.ask("POST", `/v1/briefs/${briefId}/ack`);
    const seen = await briefs("status=acknowledged");
    const resolved = await house.ask("POST", `/v1/briefs/${briefId}/resolve`);

    expect(before).toMatchObject([{ id: briefId, callId, text: "Wants a call back." }]);
    expect(briefViewSchema.parse(acknowledged.json())).toMatchObject({
      status: "acknowledged",
      updatedAt: "2026-01-01T00:00:01.000Z",
    });
    expect(seen).toHaveLength(1);
    expect(briefViewSchema.parse(resolved.json()).status).toBe("resolved");
    expect(await briefs("status=open")).toEqual([]);
    expect((await house.audit.list(2, null)).map(({ action, object }) => [action, object])).toEqual(
      [
        ["brief.resolved", briefId],
        ["brief.acknowledged", briefId],
      ],
    );
  });

  test("is found by its urgency", async () => {
    expect(await briefs("urgency=low")).toHaveLength(1);
    expect(await briefs("urgency=high")).toEqual([]);
  });

  test.each(["ack", "resolve"])(
    "%s of one that is not there answers 404, to a viewer 403",
    async (verb) => {
      const missing = await house.ask("POST", `/v1/briefs/brief_none/${verb}`);
      const viewer = await house.ask("POST", `/v1/briefs/${briefId}/${verb}`, { as: "viewer" });

      expect([missing.statusCode, viewer.statusCode]).toEqual([404, 403]);
      expect((await house.audit.list(1, null))[0]?.action).not.toContain("brief.");
    },
  );
});

async function briefs(query: string): Promise<readonly unknown[]> {
  const answer = await house.ask("GET", `/v1/briefs?${query}`);
  return pageSchema(briefViewSchema).parse(answer.json()).items;
}
