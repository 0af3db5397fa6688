import { Secret } from "@agentcall/base";
import type { RealtimeTransport, TransportHandlers } from "@agentcall/realtime";
import { ScriptedTransport } from "@agentcall/realtime/testing";
import { beforeEach, describe, expect, test } from "vitest";
import { LateTransport } from "./late-transport.ts";

let told: string[];
let made: { readonly key: string; readonly transport: ScriptedTransport }[];
let giveKey: (key: Secret | null) => void;
let transport: LateTransport;

const handlers: TransportHandlers = {
  onOpen: () => told.push("open"),
  onEvent: () => told.push("event"),
  onAudio: () => told.push("audio"),
  onRefused: () => told.push("refused"),
  onClosed: ({ code }) => told.push(`closed ${String(code)}`),
  onFailed: (error) => told.push(`failed ${error.message}`),
};

beforeEach(() => {
  told = [];
  made = [];
  transport = new LateTransport({
    askKey: () =>
      new Promise((resolve) => {
        giveKey = resolve;
      }),
    makeTransport: (key): RealtimeTransport => {
      const scripted = new ScriptedTransport(handlers);
      made.push({ key: key.reveal(), transport: scripted });
      return scripted;
    },
    handlers,
  });
});

describe("a transport whose key comes late", () => {
  test("is opened with the key, once it has come", async () => {
    transport.open();
    transport.open();
    transport.sendAudio(new Uint8Array(8), 0, 8);
    await give(new Secret("the key"));

    expect(made.map(({ key, transport: { state } }) => [key, state])).toEqual([
      ["the key", "opening"],
    ]);
    expect(transport.bufferedBytes).toBe(0);
    transport.close(4000);
    expect(made[0]?.transport.closeCode).toBe(4000);
  });

  test("fails when there is no key to be had", async () => {
    transport.open();
    await give(null);

    expect(told).toEqual(["failed no key came for another session"]);
  });

  test("that is closed while it waits opens nothing, and says once that it is closed", async () => {
    transport.open();
    transport.close();
    transport.close();
    await give(new Secret("the key"));

    expect(told).toEqual(["closed 1000"]);
    expect(made).toEqual([]);
  });

  test("that is closed before it is opened asks for no key", () => {
    transport.close();
    transport.open();

    expect(told).toEqual([]);
  });
});

async function give(key: Secret | null): Promise<void> {
  giveKey(key);
  await Promise.resolve();
  await Promise.resolve();
}
