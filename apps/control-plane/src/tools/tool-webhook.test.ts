import { createHmac } from "node:crypto";
import { seededRandom, silentLog, systemClock } from "@agentcall/base";
import { inboundConfigSchema, type NumberId } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applianceActor } from "../audit/audit-log.ts";
import type { ToolAsked } from "../control/control-server.ts";
import { OutgoingHttp } from "../outside/outgoing-http.ts";
import { callId, endedEvent, recordOf, startedEvent } from "../testing/call-facts.ts";
import { HttpReceiver } from "../testing/http-receiver.ts";
import { OpenApp } from "../testing/open-app.ts";
import { ToolWebhook } from "./tool-webhook.ts";

const signingSecret = "a secret of at least 32 characters";
const teller = { gatewayId: "gateway-1", bootId: "boot-1" };
const asked: ToolAsked = {
  kind: "tool.call",
  callId,
  toolCallId: "call_abc",
  name: "find_order",
  argumentsJson: '{"id":7}',
};

let house: OpenApp;
let shop: HttpReceiver;
let webhook: ToolWebhook;
let numberId: NumberId;

beforeEach(async () => {
  house = await OpenApp.open();
  shop = await HttpReceiver.open();
  const number = await house.numbers.create({ number: "+14155550101" as never }, applianceActor);
  numberId = number.id;
  await house.numbers.setInbound(numberId, anAgent(shop.url), applianceActor);
  await house.calls.apply(teller, [startedEvent({ numberId })]);
  webhook = webhookThat(
    new OutgoingHttp({ allowedHosts: new Set(["127.0.0.1"]), clock: systemClock() }),
  );
});
afterEach(async () => {
  await shop.close();
  await house.close();
});

function anAgent(url: string): ReturnType<typeof inboundConfigSchema.parse> {
  return inboundConfigSchema.parse({
    mode: "ai",
    systemPrompt: "x",
    tools: [{ name: "find_order" }, { type: "hang_up" }],
    actionWebhook: { url, signingSecret },
  });
}

function webhookThat(http: Pick<OutgoingHttp, "send">): ToolWebhook {
  const { db, calls, numbers, vault, clock } = house;
  return new ToolWebhook({
    db,
    calls,
    numbers,
    vault,
    http,
    clock,
    random: seededRandom(1),
    log: silentLog,
  });
}

describe("ToolWebhook", () => {
  test("asks the customer's server in a signed request, and gives back what it says", async () => {
    shop.usually = (response) => {
      response.end('{"status":"shipped"}');
    };

    const outcome = await webhook.call(asked);

    const [got] = shop.received;
    const signature = createHmac("sha256", signingSecret)
      .update(got?.body ?? "")
      .digest("hex");
    expect(outcome).toEqual({ kind: "answered", output: '{"status":"shipped"}' });
    expect(got?.headers["x-agentcall-signature"]).toBe(`sha256=${signature}`);
    expect(got?.headers["webhook-signature"]).toMatch(/^v1,/);
    expect(JSON.parse(got?.body ?? "")).toMatchObject({
      event: "tool.call",
      data: { callId, numberId, name: "find_order", toolCallId: "call_abc", arguments: { id: 7 } },
    });
  });

  test("passes on what is no JSON as text", async () => {
    await webhook.call({ ...asked, argumentsJson: "{" });

    expect(JSON.parse(shop.received[0]?.body ?? "")).toMatchObject({ data: { arguments: "{" } });
  });

  test("tells the model of a server that fails", async () => {
    shop.usually = 500;

    expect(await webhook.call(asked)).toEqual({
      kind: "failed",
      message: "The tool answered with the HTTP status 500.",
    });
  });

  test.each([
    [{ kind: "failed", reason: "timeout" }, "The tool did not answer within 8 seconds."],
    [{ kind: "failed", reason: "unreachable" }, "The tool could not be reached."],
    [{ kind: "refused", reason: "address_not_allowed" }, "The tool's address is not allowed."],
  ] as const)("tells the model of %o", async (outcome, message) => {
    webhook = webhookThat({ send: () => Promise.resolve(outcome) });

    expect(await webhook.call(asked)).toEqual({ kind: "failed", message });
  });

  test("asks with eight seconds' patience", async () => {
    const waits: number[] = [];
    webhook = webhookThat({
      send: ({ timeoutMs }) => {
        waits.push(timeoutMs);
        return Promise.resolve({ kind: "failed", reason: "timeout" });
      },
    });

    await webhook.call(asked);

    expect(waits).toEqual([8_000]);
  });

  test.each<[string, () => Promise<unknown>]>([
    ["whose call is over", () => house.calls.apply(teller, [endedEvent(recordOf({ numberId }))])],
    [
      "whose number has no agent any more",
      () => house.numbers.setInbound(numberId, null, applianceActor),
    ],
    [
      "whose number has lost the tool",
      () =>
        house.numbers.setInbound(
          numberId,
          inboundConfigSchema.parse({ mode: "ai", systemPrompt: "x" }),
          applianceActor,
        ),
    ],
  ])("sends nothing for a tool %s", async (_, happens) => {
    await happens();

    expect(await webhook.call(asked)).toEqual({
      kind: "failed",
      message: "This tool is not available.",
    });
    expect(shop.received).toEqual([]);
  });

  test("answers for a call that nobody knows", async () => {
    const outcome = await webhook.call({ ...asked, callId: "call_none" as typeof callId });

    expect(outcome).toEqual({ kind: "failed", message: "The tool could not be reached." });
  });
});
