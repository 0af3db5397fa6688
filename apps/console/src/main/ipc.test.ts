import { describe, expect, test } from "vitest";
import { bridgeChannels, ipcNameOf } from "../shared/bridge-channels.ts";
import { recordingBridge } from "../testing/recording-bridge.ts";
import { type IpcEventLike, originOf, registerIpc } from "./ipc.ts";

const ownOrigin = "console://app";
const ownFrame = { url: `${ownOrigin}/#/numbers`, parent: null };

describe("the bridge over IPC", () => {
  test("has exactly the channels of the map (S3)", () => {
    expect([...open().listeners.keys()]).toEqual(bridgeChannels.map(ipcNameOf));
  });

  test("hears the top frame of our own page", async () => {
    const { ask, calls } = open();

    await ask("appliances", ownFrame, null);

    expect(calls).toEqual([["appliances", null]]);
  });

  test.each([
    ["no frame (it has gone meanwhile)", null],
    ["a frame within our page", { url: `${ownOrigin}/`, parent: ownFrame }],
    ["a page of the web", { url: "https://evil.example/", parent: null }],
    ["an origin that begins as ours", { url: "console://app.evil.example/", parent: null }],
    ["another host of our scheme", { url: "console://apps/", parent: null }],
    ["another scheme with our host", { url: "https://app/", parent: null }],
    ["our origin as a user's name", { url: "https://console:app@evil.example/", parent: null }],
    ["our origin in the path", { url: "https://evil.example/console://app", parent: null }],
    ["a file", { url: "file:///console://app", parent: null }],
    ["no address at all", { url: "", parent: null }],
  ])("does not hear %s (S3)", async (_what, senderFrame) => {
    const { ask, calls } = open();

    for (const channel of bridgeChannels) {
      await expect(ask(channel, senderFrame, null)).rejects.toMatchObject({ code: "refused" });
    }

    expect(calls).toEqual([]);
  });
});

describe("originOf", () => {
  test.each([
    ["console://app/#/pair", "console://app"],
    ["https://platform.openai.com/x", "https://platform.openai.com"],
    ["http://127.0.0.1:8081/console/", "http://127.0.0.1:8081"],
    ["nothing", null],
  ])("of %j is %j", (url, origin) => {
    expect(originOf(url)).toBe(origin);
  });
});

type Listener = (event: IpcEventLike, input: unknown) => Promise<unknown>;

function open(): {
  listeners: ReadonlyMap<string, Listener>;
  calls: readonly unknown[];
  ask: (
    channel: (typeof bridgeChannels)[number],
    senderFrame: IpcEventLike["senderFrame"],
    input: unknown,
  ) => Promise<unknown>;
} {
  const listeners = new Map<string, Listener>();
  const { bridge, calls } = recordingBridge();
  registerIpc({ handle: (name, listener) => listeners.set(name, listener) }, bridge, ownOrigin);
  return {
    listeners,
    calls,
    ask: async (channel, senderFrame, input) =>
      listeners.get(ipcNameOf(channel))?.({ senderFrame }, input),
  };
}
