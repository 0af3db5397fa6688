import { createHmac } from "node:crypto";
import { silentLog } from "@agentcall/base";
import { callViewSchema, inboundConfigSchema, type NumberId } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../../../test/support/eventually.ts";
import { applianceActor } from "../audit/audit-log.ts";
import { contextBlockOf } from "../memory/caller-brief.ts";
import { ensureContact, setBrief } from "../memory/contact-store.ts";
import { callId, startedAtMs, startedEvent } from "../testing/call-facts.ts";
import { HttpReceiver, type Reaction } from "../testing/http-receiver.ts";
import { OpenApp } from "../testing/open-app.ts";
import { CallerContext, withContext } from "./caller-context.ts";

const signingSecret = "0123456789abcdef0123456789abcdef";
const phone = "+14155550199";

let house: OpenApp;
let receiver: HttpReceiver;
let numberId: NumberId;

beforeEach(async () => {
  house = await OpenApp.open();
  receiver = await HttpReceiver.open();
  ({ id: numberId } = await house.numbers.create(
    { number: "+14155550100" as never },
    applianceActor,
  ));
  await house.db.tx(async (writer) => {
    await ensureContact(writer, { id: "ct_1", phone, numberId }, 0);
    await setBrief(writer, "ct_1", "Name: Jane.", 0);
  });
});
afterEach(async () => {
  await house.close();
  await receiver.close();
});

describe("what an agent is told of its caller", () => {
  test("is the brief and what the webhook says, which is asked with a signature before the answer", async () => {
    receiver.reactions.push(answering({ contextBlock: "A customer since 2020." }));
    const block = await ask("merge");
    const [asked] = receiver.received;
    await house.calls.apply({ gatewayId: "g", bootId: "b" }, [startedEvent()]);
    const shown = await house.ask("GET", `/v1/calls/${callId}`);

    expect(block).toMatch(/Name: Jane\.[^]*\n\nA customer since 2020\.$/);
    expect(JSON.parse(asked?.body ?? "")).toMatchObject({
      call: {
        callId,
        from: phone,
        to: "+14155550100",
        numberId,
        startedAt: "2026-11-24T12:00:00.000Z",
      },
      memory: { contextBlock: contextBlockOf("Name: Jane.") },
    });
    expect(asked?.headers["x-agentcall-signature"]).toBe(
      `sha256=${createHmac("sha256", signingSecret)
        .update(asked?.body ?? "")
        .digest("hex")}`,
    );
    expect(callViewSchema.parse(shown.json()).callerContext).toEqual({
      source: "merge",
      block,
      webhook: "ok",
    });
  });

  test.each([
    ["none", ""],
    ["webhook", "A customer since 2020."],
  ] as const)("with contextSource %s is %o", async (source, block) => {
    receiver.reactions.push(answering({ contextBlock: "A customer since 2020." }));

    expect(await ask(source)).toBe(block);
  });

  test.each<[string, Reaction]>([
    ["http_500", 500],
    ["http_302", (response) => response.writeHead(302, { location: "http://127.0.0.1/" }).end()],
    ["answer_not_of_contract", answering({ block: "x" })],
    ["answer_not_of_contract", (response) => response.end("not JSON")],
    ["unreachable", (response) => response.destroy()],
  ])("is the brief alone when the webhook ends with %s", async (how, reaction) => {
    receiver.reactions.push(reaction);
    const block = await ask("merge");

    expect(block).toContain("Name: Jane.");
    expect(await context().of(callId)).toMatchObject({ webhook: how });
  });

  test("is the brief alone when the webhook is silent for longer than its time", async () => {
    receiver.usually = "silence";
    const asking = ask("merge");
    await eventually("it was asked", () => receiver.holding === 1);
    house.clock.advance(1_200);

    expect(await asking).toContain("Name: Jane.");
    expect(await context().of(callId)).toMatchObject({ webhook: "timeout" });
  });

  test("is never longer than 5,000 characters", async () => {
    receiver.reactions.push(answering({ contextBlock: "x".repeat(20_000) }));

    expect(await ask("webhook")).toBe("x".repeat(5_000));
  });
});

test("a brief is at hand within 20 ms among ten thousand contacts", async () => {
  await house.db.tx(async (writer) => {
    for (let index = 0; index < 10_000; index += 1) {
      const contact = { id: `ct_x${String(index)}`, phone: `+1${String(2e9 + index)}`, numberId };
      await ensureContact(writer, contact, index);
    }
  });
  const tookMs: number[] = [];
  for (let round = 0; round < 21; round += 1) {
    const fromNs = process.hrtime.bigint();
    expect(await house.afterCall.memory.briefFor(phone)).toBe("Name: Jane.");
    tookMs.push(Number(process.hrtime.bigint() - fromNs) / 1e6);
  }

  // The median: a single look may wait for the processor, which others use too.
  expect(tookMs.toSorted((one, other) => one - other)[10]).toBeLessThan(20);
}, 60_000); // ten thousand rows are written before anything is measured

test("a prompt without context stays as it is", () => {
  expect(withContext("Be kind.", "")).toBe("Be kind.");
  expect(withContext("Be kind.", "Jane")).toBe("Be kind.\n\nJane");
});

function answering(body: object): Reaction {
  return (response) => response.end(JSON.stringify(body));
}

function context(): CallerContext {
  const { db, vault, clock, afterCall } = house;
  const { memory, http } = afterCall;
  return new CallerContext({ db, vault, memory, http, clock, log: silentLog });
}

async function ask(contextSource: "none" | "webhook" | "merge"): Promise<string> {
  const contextWebhook = { url: receiver.url, signingSecret };
  const agent = { mode: "ai", systemPrompt: "Be kind.", contextSource, contextWebhook };
  const inbound = inboundConfigSchema.parse(agent);
  await house.numbers.setInbound(numberId, inbound, applianceActor);
  return context().forCall(
    {
      kind: "call.offer",
      direction: "inbound",
      callId,
      from: phone,
      to: "+14155550100",
      sipCallId: "x",
      sourceAddress: "127.0.0.1",
      trunkId: null,
      startedAtMs,
    },
    { id: numberId, inbound },
  );
}
