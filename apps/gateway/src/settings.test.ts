import { Secret } from "@agentcall/base";
import { parseLogLevel } from "@agentcall/logging";
import { describe, expect, test } from "vitest";
import { readSettings } from "./settings.ts";

const whole = {
  AGENTCALL_DRACHTIO: "127.0.0.1:9022",
  AGENTCALL_DRACHTIO_SECRET_FILE: "drachtio-secret",
  AGENTCALL_CONTROL_URL: "ws://127.0.0.1:7000",
  AGENTCALL_CONTROL_TOKEN_FILE: "control-token",
  AGENTCALL_GATEWAY_ID: "gateway-1",
  AGENTCALL_SPOOL_DIR: "data/spool",
};

const readSecret = (path: string): Secret | null =>
  path === "missing" ? null : new Secret(`of ${path}`);

function settingsOf(
  more: Readonly<Record<string, string | undefined>> = {},
): ReturnType<typeof readSettings> {
  return readSettings({ ...whole, ...more }, readSecret, parseLogLevel);
}

describe("readSettings", () => {
  test("reads what is set, and knows the rest", () => {
    expect(settingsOf()).toEqual({
      drachtio: { host: "127.0.0.1", port: 9_022, secret: new Secret("of drachtio-secret") },
      controlUrl: "ws://127.0.0.1:7000",
      controlToken: new Secret("of control-token"),
      gatewayId: "gateway-1",
      spoolDir: "data/spool",
      rtpHost: "127.0.0.1",
      rtpPorts: { from: 20_000, to: 20_999 },
      callsMax: 200,
      recordingReserveBytes: 268_435_456,
      strangers: "refuse",
      timing: { muteAfterMs: 8_000, greetingProtectedMs: 300, replaceSessionAfterMs: 3_300_000 },
      drainMsMax: 60_000,
      logLevel: "info",
    });
  });

  test.each([
    ["AGENTCALL_DRACHTIO", "nowhere"],
    ["AGENTCALL_MUTE_AFTER_MS", "0"],
    ["AGENTCALL_GREETING_PROTECTED_MS", "an hour"],
    ["AGENTCALL_SESSION_MINUTES_MAX", "60"],
    ["AGENTCALL_RECORDING_RESERVE_MB", "some"],
    ["AGENTCALL_DRACHTIO", "127.0.0.1:70000"],
    ["AGENTCALL_DRACHTIO", undefined],
    ["AGENTCALL_DRACHTIO_SECRET_FILE", "missing"],
    ["AGENTCALL_CONTROL_URL", "http://127.0.0.1:7000"],
    ["AGENTCALL_CONTROL_TOKEN_FILE", "missing"],
    ["AGENTCALL_GATEWAY_ID", "a gateway"],
    ["AGENTCALL_SPOOL_DIR", ""],
    ["AGENTCALL_RTP_HOST", "localhost"],
    ["AGENTCALL_RTP_PORTS", "20000"],
    ["AGENTCALL_RTP_PORTS", "20999-20000"],
    ["AGENTCALL_RTP_PORTS", "1-2-3"],
    ["AGENTCALL_CALLS_MAX", "0"],
    ["AGENTCALL_CALLS_MAX", "many"],
    ["AGENTCALL_DRAIN_SECS", "a while"],
    ["AGENTCALL_STRANGERS", "answer"],
    ["AGENTCALL_LOG_LEVEL", "loud"],
  ])("says in one sentence that %s must not be %j", (name, value) => {
    expect(settingsOf({ [name]: value })).toMatch(
      new RegExp(`^${name} is (missing|wrong): it must be .+\\.$`),
    );
  });
});
