import { Secret } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import {
  type CallEvent,
  type NumberId,
  type WebhookEvent,
  webhookBodySchema,
  webhookEvents,
} from "@agentcall/contract";
import { type BillingServer, startBilling } from "@agentcall/practice";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../../../../test/support/eventually.ts";
import { applianceActor } from "../audit/audit-log.ts";
import { namedEntry } from "../ledger/testing/ledger-script.ts";
import {
  callId,
  endedEvent,
  startedAtMs,
  startedEvent,
  turnEvent,
  turnOf,
} from "../testing/call-facts.ts";
import { HttpReceiver } from "../testing/http-receiver.ts";
import { OpenApp } from "../testing/open-app.ts";
import { openaiKeyPurpose } from "../vault/vault.ts";

// What the contract says a webhook can be told of, and what makes each of it happen.

let billing: BillingServer;
let receiver: HttpReceiver;
let house: OpenApp;

beforeEach(async () => {
  billing = await startBilling({ clock: new TestClock() });
  receiver = await HttpReceiver.open();
  const { url: endpoint, publicKeyPem: receiverKey } = billing;
  house = await OpenApp.open(undefined, undefined, undefined, { endpoint, receiverKey });
  await house.identity.ensureSigningKey();
  await house.jobs.start();
});
afterEach(async () => {
  await house.close();
  await receiver.close();
  await billing.close();
});

/** An event of which nothing makes a webhook's message has no place here: then this does not compile. */
const causes: Readonly<Record<WebhookEvent, () => Promise<void>>> = {
  "call.inbound": () => tell(startedEvent()),
  "call.ringing": () =>
    tell(startedEvent(), { kind: "call.ringing", eventId: "evt_2", callId, atMs: startedAtMs }),
  "call.status": () =>
    tell(startedEvent(), { kind: "call.answered", eventId: "evt_2", callId, atMs: startedAtMs }),
  "transcript.partial": () => tell(startedEvent(), turnEvent(turnOf(), "evt_2")),
  "call.recording": async () => {
    await tell(startedEvent());
    const number = { id: "num_1" as NumberId, retentionDays: 365 };
    await house.recordings.store.begin(callId, number);
    await house.recordings.store.ready(callId, 1_000, null);
  },
  "call.transcript": () => tell(startedEvent(), endedEvent()),
  "call.report.ready": () => tell(startedEvent(), endedEvent()),
  "usage.export.delivered": async () => {
    const entries = [namedEntry("a", 60)];
    await house.db.tx((writer) => house.usage.ledger.append(writer, entries, house.clock.nowMs()));
    await house.usage.exporter.run(new AbortController().signal);
  },
  "byok.key.failing": async () => {
    const numberId = "num_1" as NumberId;
    const secret = new Secret("sk-proj-practice-good-12345678");
    const key = { purpose: openaiKeyPurpose, ownerId: numberId, secret, preview: "x" };
    await house.db.tx((writer) => house.vault.put(writer, key));
    const step = { what: "managed_key", why: "key_invalid", atMs: startedAtMs } as const;
    await tell(startedEvent({ numberId, voiceMode: "byok" }), {
      ...{ kind: "call.fallback", eventId: "evt_2", callId, atMs: startedAtMs, step },
    });
  },
};

test.each(webhookEvents)(
  "a webhook that asked for %s is told when it happens, once, and of nothing else",
  async (event) => {
    await house.afterCall.webhooks.create({ url: receiver.url, events: [event] }, applianceActor);

    await causes[event]();
    await eventually("the webhook was told", () => receiver.received.length > 0);
    await eventually("the jobs are done", () => house.jobs.runningCount === 0);

    const told = receiver.received.map(({ body }) => webhookBodySchema.parse(JSON.parse(body)));
    expect(told.map((body) => body.event)).toEqual([event]);
  },
);

async function tell(...events: readonly CallEvent[]): Promise<void> {
  await house.calls.apply({ gatewayId: "gateway-1", bootId: "boot-1" }, events);
}
