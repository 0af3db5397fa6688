import { createHmac } from "node:crypto";
import {
  deliveryViewSchema,
  pageSchema,
  type WebhookSecretView,
  webhookSecretViewSchema,
} from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { z } from "zod";
import { eventually } from "../../../../test/support/eventually.ts";
import { callId, startedEvent, turnEvent, turnOf } from "../testing/call-facts.ts";
import { HttpReceiver, type Received } from "../testing/http-receiver.ts";
import { OpenApp } from "../testing/open-app.ts";

const teller = { gatewayId: "gateway-1", bootId: "boot-1" };
const deliveriesPage = pageSchema(deliveryViewSchema);

let house: OpenApp;
let receiver: HttpReceiver;

beforeEach(async () => {
  house = await OpenApp.open();
  receiver = await HttpReceiver.open();
  await house.jobs.start();
});
afterEach(async () => {
  await house.close();
  await receiver.close();
});

describe("a webhook", () => {
  test("is told what it asked for, signed in both forms", async () => {
    const { secret } = await subscribe(["call.inbound", "transcript.partial"]);
    await house.calls.apply(teller, [
      startedEvent(),
      { kind: "call.ringing", eventId: "evt_2", callId, atMs: 0 },
      turnEvent(turnOf(), "evt_3"),
    ]);
    await got(2);

    const [first, second] = receiver.received;
    expect(JSON.parse(first?.body ?? "")).toEqual({
      event: "call.inbound",
      timestamp: "2026-01-01T00:00:00.000Z",
      data: {
        callId,
        numberId: null,
        from: "+14155550199",
        to: "+14155550100",
        direction: "inbound",
      },
    });
    expect(JSON.parse(second?.body ?? "")).toMatchObject({
      event: "transcript.partial",
      data: { callId, role: "ai", text: "Hello.", final: true },
    });
    for (const each of receiver.received) {
      expect(each.method).toBe("POST");
      expect(each.headers["content-type"]).toBe("application/json");
      expect(isSignedWith(secret ?? "", each)).toBe(true);
      expect(isPlainlySignedWith(secret ?? "", each)).toBe(true);
    }
  });

  test("shows its secret once, and no list, audit row or kept answer holds it", async () => {
    const headers = { "idempotency-key": "once" };
    const body = { url: receiver.url, events: ["call.status"] };
    const made = await house.ask("POST", "/v1/webhooks", { as: "admin", body, headers });
    const again = await house.ask("POST", "/v1/webhooks", { as: "admin", body, headers });
    const list = await house.ask("GET", "/v1/webhooks", { as: "admin" });

    const { secret, ...view } = webhookSecretViewSchema.parse(made.json());
    expect(made.statusCode).toBe(201);
    expect(secret).toMatch(/^whsec_/);
    expect(again.json()).toEqual({ ...view, secret: null });
    expect(list.json()).toEqual({ items: [view], nextCursor: null });
    const rows = await Promise.all(
      ["audit", "idempotency", "webhook", "job"].map((table) =>
        house.db.all(`SELECT * FROM ${table}`),
      ),
    );
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  test("has two secrets for a day after a rotation", async () => {
    const { id, secret: former } = await subscribe(["call.status"]);
    const rotated = webhookSecretViewSchema.parse(
      (await house.ask("POST", `/v1/webhooks/${id}/rotate`, { as: "admin" })).json(),
    );
    await tell("evt_1");
    await got(1);
    house.clock.advance(24 * 3_600_000);
    await tell("evt_2");
    await got(2);

    const [during, after] = receiver.received;
    if (during === undefined || after === undefined) throw new Error("both have come");
    expect(rotated.formerSecretUntil).toBe("2026-01-02T00:00:00.000Z");
    expect(isSignedWith(former ?? "", during)).toBe(true);
    expect(isSignedWith(rotated.secret ?? "", during)).toBe(true);
    expect(isPlainlySignedWith(rotated.secret ?? "", during)).toBe(true);
    expect(isSignedWith(former ?? "", after)).toBe(false);
    expect(isSignedWith(rotated.secret ?? "", after)).toBe(true);
  });

  test("that is deleted is told nothing more, and its secrets are gone", async () => {
    const { id } = await subscribe(["call.status"]);
    receiver.usually = 500;
    await tell("evt_1");
    await got(1);

    const deleted = await house.ask("DELETE", `/v1/webhooks/${id}`, { as: "admin" });
    await tell("evt_2");
    await house.jobs.close();

    expect(deleted.statusCode).toBe(204);
    expect(receiver.received).toHaveLength(1);
    expect(await house.db.get("SELECT 1 FROM secret WHERE owner_id = ?", id)).toBeNull();
    expect(await house.db.get("SELECT 1 FROM webhook_delivery")).toBeNull();
  });
});

describe("the deliveries of a webhook", () => {
  test("tell each attempt, and one can be repeated by hand with the same id", async () => {
    const { id } = await subscribe(["call.status"]);
    receiver.reactions.push(500);
    await tell("evt_1");
    await got(1);
    await eventually("it is tried again", () => {
      house.clock.advance(1_000);
      return receiver.received.length === 2;
    });
    const [delivery] = await deliveries(id, ({ items }) => items[0]?.status === "acknowledged");

    const path = `/v1/webhooks/${id}/deliveries/${delivery?.id ?? ""}/redeliver`;
    const repeated = await house.ask("POST", path, { as: "admin" });
    await got(3);
    const all = await deliveries(id, ({ items }) => items[0]?.status === "acknowledged");

    expect(delivery?.attempts.map(({ httpStatus, reason }) => [httpStatus, reason])).toEqual([
      [500, "http_500"],
      [200, null],
    ]);
    expect(repeated.statusCode).toBe(201);
    expect(all).toHaveLength(2);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    expect(new Set(all.map(({ redeliveryOf }) => redeliveryOf))).toEqual(
      new Set([null, delivery?.id]),
    );
  });

  test("that a receiver never wants are parked at once, and visible", async () => {
    const { id } = await subscribe(["call.status"]);
    receiver.usually = 410;
    await tell("evt_1");

    const [delivery] = await deliveries(id, ({ items }) => items[0]?.status === "parked");

    expect(delivery?.attempts).toMatchObject([{ httpStatus: 410, reason: "http_410" }]);
    expect((await house.jobs.list({ status: "parked" }, 10, null))[0]?.lastReason).toBe("http_410");
  });
});

describe("what a webhook may not be", () => {
  test.each([
    ["http://example.com/", "not_https"],
    ["https://localhost/", "address_not_allowed"],
    ["https://169.254.169.254/latest", "address_not_allowed"],
    ["https://167772161/", "address_not_allowed"],
    ["https://user:word@example.com/", "holds_credentials"],
    ["example.com", "not_a_url"],
  ])("%s, because it is %s", async (url, reason) => {
    const answer = await house.ask("POST", "/v1/webhooks", {
      as: "admin",
      body: { url, events: ["call.status"] },
    });

    expect(answer.statusCode).toBe(422);
    expect(answer.json()).toMatchObject({
      error: { code: "validation_failed", reason, details: { fields: { url: reason } } },
    });
  });

  test.each([
    [{ url: "https://example.com/", events: [] }],
    [{ url: "https://example.com/", events: ["call.never"] }],
    [{ url: "https://example.com/", events: ["call.status", "call.status"] }],
    [{ url: "https://example.com/" }],
    [{ events: ["call.status"] }],
    [{ url: "https://example.com/", events: ["call.status"], secret: "mine" }],
  ])("%o", async (body) => {
    expect((await house.ask("POST", "/v1/webhooks", { as: "admin", body })).statusCode).toBe(422);
  });

  test("the fifty-first", async () => {
    for (let count = 0; count < 50; count += 1) {
      await house.afterCall.webhooks.create(
        { url: "https://example.com/", events: ["call.status"] },
        { id: "key_1", role: "admin" },
      );
    }

    const body = { url: "https://example.com/", events: ["call.status"] };
    expect((await house.ask("POST", "/v1/webhooks", { as: "admin", body })).statusCode).toBe(409);
  });
});

test.each([
  ["DELETE", "/v1/webhooks/wh_none"],
  ["POST", "/v1/webhooks/wh_none/rotate"],
  ["GET", "/v1/webhooks/wh_none/deliveries"],
  ["POST", "/v1/webhooks/wh_none/deliveries/dlv_none/redeliver"],
] as const)("%s %s is not found", async (method, url) => {
  expect((await house.ask(method, url, { as: "admin" })).statusCode).toBe(404);
});

async function subscribe(events: readonly string[]): Promise<WebhookSecretView> {
  const body = { url: receiver.url, events };
  const answer = await house.ask("POST", "/v1/webhooks", { as: "admin", body });
  return webhookSecretViewSchema.parse(answer.json());
}

/** One event that is not of a call. */
async function tell(dedupeId: string): Promise<void> {
  await house.db.tx((writer) =>
    house.afterCall.outbox.publish(writer, {
      event: "call.status",
      callId: null,
      dedupeId,
      data: { n: 1 },
    }),
  );
}

async function got(count: number): Promise<void> {
  await eventually(`${String(count)} requests have come`, () => receiver.received.length === count);
}

type Page = z.infer<typeof deliveriesPage>;

async function deliveries(id: string, holds: (page: Page) => boolean): Promise<Page["items"]> {
  for (;;) {
    const answer = await house.ask("GET", `/v1/webhooks/${id}/deliveries`, { as: "admin" });
    const page = deliveriesPage.parse(answer.json());
    if (holds(page)) return page.items;
  }
}

function isPlainlySignedWith(secret: string, { headers, body }: Received): boolean {
  const expected = createHmac("sha256", secret).update(body).digest("hex");
  return headers["x-agentcall-signature"] === `sha256=${expected}`;
}

function isSignedWith(secret: string, { headers, body }: Received): boolean {
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  const signed = `${String(headers["webhook-id"])}.${String(headers["webhook-timestamp"])}.${body}`;
  const expected = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return String(headers["webhook-signature"]).split(" ").includes(expected);
}
