import { once } from "node:events";
import { connect } from "node:net";
import { TestClock } from "@agentcall/base/testing";
import { fastify } from "fastify";
import { expect, test } from "vitest";
import { closeApp } from "./close-app.ts";

test("an app closes although a client never takes the end of its answer", async () => {
  const clock = new TestClock();
  const app = fastify();
  app.get("/long", async (_, reply) => {
    reply.hijack();
    reply.raw.write("the beginning, and no end");
  });
  const { port } = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
  const client = connect(Number(port), "127.0.0.1");
  client.write("GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
  await once(client, "data");

  const closing = closeApp(app, clock);
  await clock.advanceAsync(2_000);
  await closing;
  if (!client.closed) await once(client, "close");

  expect(client.destroyed).toBe(true);
});

test("an app that nobody uses closes at once, and leaves no timer", async () => {
  const clock = new TestClock();
  const app = fastify();
  await app.listen({ host: "127.0.0.1", port: 0 });

  await closeApp(app, clock);

  expect(clock.pendingCount).toBe(0);
});
