import { describe, expect, test } from "vitest";
import { bridgeChannels } from "../shared/bridge-channels.ts";
import { recordingBridge } from "../testing/recording-bridge.ts";
import { callBridge, parseChannel } from "./bridge-calls.ts";

const accepted = {
  appInfo: null,
  appliances: null,
  probe: { address: "https://box.example" },
  pair: { address: "https://box.example", code: "K7QM-3XRD", fingerprint: null },
  select: { id: "appliance_1" },
  unpair: { id: "appliance_1" },
  saveFile: { apiPath: "/v1/usage/exports/exp_1/file?form=csv", suggestedName: "usage-2026.csv" },
} as const;

describe("a call of the bridge", () => {
  test.each(bridgeChannels)("%s is run with an input of its schema", async (channel) => {
    const { bridge, calls } = recordingBridge();

    await callBridge(bridge, channel, accepted[channel]);

    expect(calls).toEqual([[channel, accepted[channel]]]);
  });

  test.each([
    ["appInfo", { verbose: true }],
    ["appliances", "all"],
    ["probe", null],
    ["probe", { address: 8443 }],
    ["probe", { address: "a".repeat(301) }],
    ["probe", { address: "https://box.example", more: 1 }],
    ["pair", { address: "https://box.example", code: "K7QM-3XRD" }],
    ["pair", { address: "https://box.example", code: "A".repeat(33), fingerprint: null }],
    ["pair", { address: "https://box.example", code: "A", fingerprint: null, anyway: true }],
    ["select", { id: 1 }],
    ["select", { id: "a".repeat(65) }],
    ["unpair", {}],
    ["unpair", { id: "appliance_1", all: true }],
    ["saveFile", { apiPath: "https://evil.example/", suggestedName: "a.csv" }],
    ["saveFile", { apiPath: "/v1/../secret", suggestedName: "a.csv" }],
    ["saveFile", { apiPath: "/v1/%2e%2e/secret", suggestedName: "a.csv" }],
    ["saveFile", { apiPath: "/v1/a b", suggestedName: "a.csv" }],
    ["saveFile", { apiPath: "/v1/a", suggestedName: "a.csv", path: "/etc/passwd" }],
  ] as const)("%s is refused with %j (S3)", async (channel, input) => {
    const { bridge, calls } = recordingBridge();

    await expect(callBridge(bridge, channel, input)).rejects.toMatchObject({ code: "refused" });

    expect(calls).toEqual([]);
  });

  test.each([
    "../../.bashrc",
    "/etc/passwd",
    "C:\\x",
    "a/b",
    "..",
    ".profile",
    "",
    "a".repeat(121),
  ])("saveFile is refused with the name %j (S18)", async (suggestedName) => {
    const { bridge } = recordingBridge();

    await expect(
      callBridge(bridge, "saveFile", { apiPath: "/v1/a", suggestedName }),
    ).rejects.toMatchObject({ code: "refused" });
  });
});

describe("parseChannel", () => {
  test.each(["__proto__", "constructor", "toString", "", "Pair"])("%j is none", (text) => {
    expect(parseChannel(text)).toBeNull();
  });

  test.each(bridgeChannels)("%s is one", (channel) => {
    expect(parseChannel(channel)).toBe(channel);
  });
});
