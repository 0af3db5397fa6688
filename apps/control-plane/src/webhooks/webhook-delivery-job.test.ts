import { retryDelayMs, seededRandom } from "@agentcall/base";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../../../test/support/eventually.ts";
import { applianceActor } from "../audit/audit-log.ts";
import { HttpReceiver } from "../testing/http-receiver.ts";
import { OpenApp } from "../testing/open-app.ts";
import { webhookDeliveryJob } from "./webhook-delivery-job.ts";

let house: OpenApp;
let receiver: HttpReceiver;

beforeEach(async () => {
  house = await OpenApp.open();
  receiver = await HttpReceiver.open();
  await house.jobs.start();
});
afterEach(async () => {
  await receiver.close();
  await house.close();
});

test("a delivery is tried at least five times over at least 24 hours, by the shortest waits too", () => {
  const { db, clock, afterCall } = house;
  const { webhooks, http } = afterCall;
  const { retry, attemptsMax } = webhookDeliveryJob({ db, clock, webhooks, http });
  const shortest = { ...seededRandom(1), unit: () => 0 };
  const longest = { ...seededRandom(1), unit: () => 1 };

  const waits = Array.from({ length: attemptsMax - 1 }, (_, index) => index + 1);
  const sum = (random: typeof shortest): number =>
    waits.reduce((ms, attempt) => ms + retryDelayMs(retry, attempt, random), 0);

  expect(attemptsMax).toBeGreaterThanOrEqual(5);
  expect(sum(shortest)).toBeGreaterThan(25 * 3_600_000);
  expect(sum(longest)).toBeLessThan(52 * 3_600_000);
});

test("a receiver that fails, then is silent, then is well gets the event, and its call's next one behind it", async () => {
  await subscribe(receiver.url);
  receiver.reactions.push(500, 500, "silence");
  await tell("first");
  await tell("second");

  await eventually("both have come", () => {
    if (receiver.holding <= 1) house.clock.advance(500);
    return receiver.received.length === 5;
  });

  const told = receiver.received.map(({ body }) => (JSON.parse(body) as Body).data.what);
  expect(told).toEqual(["first", "first", "first", "first", "second"]);
});

test("a receiver that is silent delays no other", async () => {
  const well = await HttpReceiver.open();
  receiver.usually = "silence";
  await subscribe(receiver.url);
  await subscribe(well.url);
  for (let call = 0; call < 20; call += 1) await tell("it", `call_${String(call)}`);

  await eventually("the one that is well knows all", () => well.received.length === 20);

  expect(receiver.holding).toBe(2);
  await well.close();
});

test("a receiver that asks for time is given it", async () => {
  await subscribe(receiver.url);
  receiver.reactions.push((response) => response.writeHead(429, { "retry-after": "600" }).end());
  await tell("it");
  await eventually("it has come", () => receiver.received.length === 1);
  await eventually("the attempt is over", () => house.jobs.runningCount === 0);
  const [job] = await house.jobs.list({}, 1, null);

  expect(job?.dueAtMs).toBe(house.clock.nowMs() + 600_000);
});

test.each([
  ["https://10.0.0.1/", "address_not_allowed"],
  ["http://127.0.0.1:9/", "unreachable"],
])("an address such as %s, that cannot be gone to, fails with %s", async (url, reason) => {
  await subscribe(receiver.url);
  await house.db.tx((writer) => writer.run("UPDATE webhook SET url = ?", url));
  await tell("it");

  let last: string | null = null;
  while (last === null) last = (await house.jobs.list({}, 1, null))[0]?.lastReason ?? null;

  expect(last).toBe(reason);
});

type Body = { readonly data: { readonly what: string } };

async function subscribe(url: string): Promise<void> {
  await house.afterCall.webhooks.create({ url, events: ["call.status"] }, applianceActor);
}

async function tell(what: string, callId = "call_1"): Promise<void> {
  await house.db.tx((writer) =>
    house.afterCall.outbox.publish(writer, {
      event: "call.status",
      callId,
      dedupeId: `${callId} ${what}`,
      data: { what },
    }),
  );
}
