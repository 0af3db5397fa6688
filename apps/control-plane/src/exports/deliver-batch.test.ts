import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { once } from "node:events";
import { isWebhookSignedBy, parsePublicKey } from "@agentcall/billing";
import { Ajv } from "ajv";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { namedEntry } from "../ledger/testing/ledger-script.ts";
import { OpenApp } from "../testing/open-app.ts";

type Received = { readonly headers: IncomingHttpHeaders; readonly body: string };

let house: OpenApp;
let server: Server;
let received: Received[];
let statusFor: (received: Received) => number;

beforeEach(async () => {
  received = [];
  statusFor = () => 204;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => {
      body += chunk.toString("utf8");
    });
    request.on("end", () => {
      const each = { headers: request.headers, body };
      received.push(each);
      response.writeHead(statusFor(each)).end("because");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const endpoint = `http://127.0.0.1:${String(port)}/events`;
  house = await OpenApp.open(undefined, undefined, undefined, { endpoint, receiverKey: null });
  await house.identity.ensureSigningKey();
});

afterEach(async () => {
  await house.close();
  server.closeAllConnections();
  server.close();
});

async function append(...names: readonly string[]): Promise<void> {
  const entries = names.map((name) => namedEntry(name, 60));
  await house.db.tx((writer) => house.usage.ledger.append(writer, entries, 0));
}

async function exportAs(format: string, credential: string | null = null): Promise<unknown> {
  const { endpoint } = await house.usage.settings.current();
  const body = { endpoint, format, credential };
  const { statusCode } = await house.ask("PUT", "/v1/usage/schedule", { as: "admin", body });
  expect(statusCode).toBe(200);
  return house.usage.exporter.run(new AbortController().signal);
}

/**
 * OpenMeter's `Event` of its public API (openmeter/api/openapi.yaml, components.schemas), written down
 * by hand: CloudEvents 1.0 with JSON data; `data` is an object whose values meters read.
 */
const openMeterBatch = {
  type: "array",
  minItems: 1,
  items: {
    type: "object",
    required: ["id", "source", "specversion", "type", "subject"],
    additionalProperties: false,
    properties: {
      id: { type: "string", minLength: 1 },
      source: { type: "string", minLength: 1, format: "uri-reference" },
      specversion: { type: "string", minLength: 1 },
      type: { type: "string", minLength: 1 },
      datacontenttype: { type: "string", enum: ["application/json"] },
      dataschema: { type: "string", minLength: 1, format: "uri" },
      subject: { type: "string", minLength: 1 },
      time: { type: "string", format: "date-time" },
      data: { type: "object", additionalProperties: true },
    },
  },
};

function acceptedByOpenMeter(body: string): unknown {
  const ajv = new Ajv({
    formats: {
      "date-time": (text: string) =>
        !Number.isNaN(Date.parse(text)) && /T.+(Z|[+-]\d\d:\d\d)$/.test(text),
      "uri-reference": (text: string) => URL.canParse(text, "http://base"),
      uri: (text: string) => URL.canParse(text),
    },
  });
  const validate = ajv.compile(openMeterBatch);
  return validate(JSON.parse(body)) ? "accepted" : validate.errors;
}

describe("a batch for OpenMeter", () => {
  test("is a CloudEvents batch that its ingest schema accepts as it is, with the token", async () => {
    await append("a", "b");

    const run = await exportAs("openmeter", "om_practice_token");

    const [request] = received;
    expect(run).toEqual({ kind: "done" });
    expect(acceptedByOpenMeter(request?.body ?? "")).toBe("accepted");
    expect(request?.headers).toMatchObject({
      "content-type": "application/cloudevents-batch+json; charset=utf-8",
      authorization: "Bearer om_practice_token",
    });
    expect(JSON.parse(request?.body ?? "")).toMatchObject([
      {
        specversion: "1.0",
        type: "agentcall.call.usage.v1",
        source: `urn:agentcall:${house.vault.applianceId}`,
        id: namedEntry("a", 60).entryId,
        subject: house.licensing.entitlement().license?.customer,
        data: { amountMicros: 60_000, sequence: 1 },
      },
      { id: namedEntry("b", 60).entryId },
    ]);
    expect((await house.usage.store.state()).watermark).toBe(2);
  });

  test("is signed as Standard Webhooks wants it, by the appliance", async () => {
    await append("a");
    await exportAs("openmeter");

    const [request] = received;
    const shown = String(request?.headers["agentcall-public-key"]);
    const key = parsePublicKey(Buffer.from(shown, "base64url").toString());
    const headers = Object.fromEntries(
      Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    if (key === null) throw new Error("the appliance shows its key");
    expect(isWebhookSignedBy(key, headers, request?.body ?? "", house.clock.nowMs())).toBe(true);
  });
});

test("a batch as CSV is a table", async () => {
  await append("a");
  await exportAs("csv");

  expect(received[0]?.headers["content-type"]).toContain("text/csv");
  expect(received[0]?.body.split("\r\n")).toHaveLength(3);
});

describe("a batch for Stripe", () => {
  test("is one meter event an entry, named by the entry's id", async () => {
    await append("a", "b");

    expect(await exportAs("stripe", "rk_practice")).toEqual({ kind: "done" });
    expect(received.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))).toEqual(
      ["a", "b"].map((name) => ({
        event_name: "agentcall_usage_micros",
        identifier: namedEntry(name, 60).entryId,
        timestamp: String(Date.UTC(2026, 10, 24, 12) / 1_000),
        "payload[stripe_customer_id]": house.licensing.entitlement().license?.customer,
        "payload[value]": "60000",
      })),
    );
    expect(received[0]?.headers.authorization).toBe("Bearer rk_practice");
  });

  test("goes on where it stopped, since Stripe forgets what it has seen after a day", async () => {
    await append("a", "b", "c");
    const isSecond = ({ body }: Received): boolean =>
      body.includes(namedEntry("b", 60).entryId) && received.length === 2;
    statusFor = (each) => (isSecond(each) ? 500 : 200);

    const failed = await exportAs("stripe");
    const again = await house.usage.exporter.run(new AbortController().signal);

    expect([failed, again]).toMatchObject([{ kind: "failed" }, { kind: "done" }]);
    expect(received.map(({ body }) => new URLSearchParams(body).get("identifier"))).toEqual(
      ["a", "b", "b", "c"].map((name) => namedEntry(name, 60).entryId),
    );
  });

  test("names an event that Stripe refuses for itself, and parks for a key that it does not know", async () => {
    await append("a", "b");
    statusFor = ({ body }) => (body.includes(namedEntry("a", 60).entryId) ? 400 : 200);
    await exportAs("stripe");
    const [batch] = await house.usage.store.list(1, null);
    await append("c");
    statusFor = () => 401;

    expect(await house.usage.store.rejections(batch?.manifest.batchId ?? "")).toEqual([
      { entryId: namedEntry("a", 60).entryId, reason: "because" },
    ]);
    expect(await house.usage.exporter.run(new AbortController().signal)).toEqual({
      kind: "stopped",
      why: "parked",
    });
  });
});
