import { createServer, type RequestListener, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Secret, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import { type Practice, startPractice } from "@agentcall/practice";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Minted, mintClientSecret } from "./client-secret.ts";

const clock = new TestClock();

let practice: Practice;

beforeAll(async () => {
  practice = await startPractice({ recordAudioBytesMax: 0 });
});
afterAll(async () => {
  await practice.close();
});

describe("a client secret", () => {
  test("is minted with the number's key, and is another text", async () => {
    const minted = await mint(`${practice.http}/v1`, "good");

    expect(minted.kind === "minted" ? minted.secret.reveal() : minted).toMatch(/^ek_/);
    expect(clock.pendingCount).toBe(0);
  });

  test.each([
    ["invalid", "invalid_api_key"],
    ["nomodel", "model_not_found"],
    ["ratelimited", "rate_limited"],
  ])("for a key of the kind %s is refused as %s", async (kind, reason) => {
    expect(await mint(`${practice.http}/v1`, kind)).toEqual({ kind: "refused", reason });
  });

  test("of a provider that is not there is refused as unreachable", async () => {
    expect(await mint("http://127.0.0.1:9/v1", "good")).toEqual({
      kind: "refused",
      reason: "provider_unreachable",
    });
  });

  test.each<[string, RequestListener, string]>([
    ["with what is no JSON", (_, response) => response.end("<html>"), "provider_error"],
    [
      "with another kind of key",
      (_, response) => response.end('{"value":"sk-1"}'),
      "provider_error",
    ],
    ["with a fault", (_, response) => response.writeHead(500).end(), "provider_error"],
    [
      "from a place to which it sends on",
      (_, response) => response.writeHead(307, { location: "http://127.0.0.1:9/" }).end(),
      "provider_unreachable",
    ],
  ])("answered %s is refused", async (_, answer, reason) => {
    const server = await serve(answer);

    expect(await mint(addressOf(server), "good")).toEqual({ kind: "refused", reason });
    server.close();
  });

  test("is given up while a gateway still waits for its plan", async () => {
    const server = await serve(() => {
      clock.advance(2_500);
    });

    expect(await mint(addressOf(server), "good")).toEqual({ kind: "refused", reason: "timeout" });
    server.closeAllConnections();
    server.close();
  });
});

function mint(baseUrl: string, kind: string): Promise<Minted> {
  const apiKey = new Secret(`sk-proj-practice-${kind}-marked0001`);
  return mintClientSecret(
    { baseUrl, apiKey, model: "gpt-realtime-2.1" },
    { clock, log: silentLog },
  );
}

async function serve(answer: RequestListener): Promise<Server> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function addressOf(server: Server): string {
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`;
}
