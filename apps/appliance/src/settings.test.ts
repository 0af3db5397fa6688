import path from "node:path";
import { describe, expect, test } from "vitest";
import { readSettings } from "./settings.ts";

describe("the settings of a start on one machine", () => {
  test("all have defaults", () => {
    expect(readSettings({}, "/work")).toMatchObject({
      dataDir: path.resolve("/work/data"),
      httpPort: 8_080,
      httpsPort: null,
      sipHost: "127.0.0.1",
      sipPort: 5_060,
      rtpPorts: { from: 20_000, to: 20_999 },
      drachtio: null,
      provider: null,
      adminKey: null,
      gatewayCount: 1,
      callsMax: 200,
      drainSecs: 0,
      logLevel: "info",
      passedOn: {},
    });
  });

  test("are taken as they are given, and an empty one counts as none", () => {
    const settings = readSettings(
      {
        AGENTCALL_DATA_DIR: "elsewhere",
        AGENTCALL_HTTP_PORT: "0",
        AGENTCALL_SIP_PORT: "",
        AGENTCALL_DRACHTIO: "127.0.0.1:9022",
        AGENTCALL_DRACHTIO_SECRET: "words",
        OPENAI_BASE_URL: "ws://127.0.0.1:9/v1",
        AGENTCALL_MODEL: "gpt-realtime",
      },
      "/work",
    );

    expect(settings).toMatchObject({
      dataDir: path.resolve("/work/elsewhere"),
      httpPort: 0,
      sipPort: 5_060,
      drachtio: { address: "127.0.0.1:9022" },
      provider: { baseUrl: "ws://127.0.0.1:9/v1" },
      passedOn: { AGENTCALL_MODEL: "gpt-realtime" },
    });
    expect(JSON.stringify(settings)).not.toContain("words");
  });

  test.each<[string, Record<string, string>]>([
    ["AGENTCALL_HTTP_PORT", { AGENTCALL_HTTP_PORT: "65536" }],
    ["AGENTCALL_SIP_PORT", { AGENTCALL_SIP_PORT: "-1" }],
    ["AGENTCALL_RTP_PORTS", { AGENTCALL_RTP_PORTS: "30000-20000" }],
    ["AGENTCALL_RTP_PORTS", { AGENTCALL_RTP_PORTS: "80-90" }],
    ["AGENTCALL_RTP_PORTS", { AGENTCALL_RTP_PORTS: "20000-20003", AGENTCALL_GATEWAYS: "3" }],
    ["AGENTCALL_GATEWAYS", { AGENTCALL_GATEWAYS: "65" }],
    ["AGENTCALL_CALLS_MAX", { AGENTCALL_CALLS_MAX: "0" }],
    ["AGENTCALL_DRAIN_SECS", { AGENTCALL_DRAIN_SECS: "long" }],
    ["AGENTCALL_SIP_HOST", { AGENTCALL_SIP_HOST: "localhost" }],
    ["AGENTCALL_DRACHTIO", { AGENTCALL_DRACHTIO: "here", AGENTCALL_DRACHTIO_SECRET: "x" }],
    ["AGENTCALL_DRACHTIO_SECRET", { AGENTCALL_DRACHTIO: "127.0.0.1:9022" }],
    ["OPENAI_BASE_URL", { OPENAI_BASE_URL: "nonsense" }],
    ["OPENAI_BASE_URL", { OPENAI_BASE_URL: "http://192.0.2.1/v1" }],
    ["AGENTCALL_ADMIN_KEY", { AGENTCALL_ADMIN_KEY: "secret" }],
    ["AGENTCALL_LOG_LEVEL", { AGENTCALL_LOG_LEVEL: "loud" }],
  ])("%s is named in one sentence when %o is given", (name, environment) => {
    expect(readSettings(environment, "/work")).toMatch(new RegExp(`^${name} .+\\.$`));
  });

  test.each([
    "http://localhost:1/v1",
    "http://[::1]:1/v1",
    "http://127.0.0.9/v1",
    "https://192.0.2.1/v1",
  ])("a provider at %s may be spoken to", (address) => {
    expect(readSettings({ OPENAI_BASE_URL: address }, "/work")).toMatchObject({
      provider: { baseUrl: address },
    });
  });
});
