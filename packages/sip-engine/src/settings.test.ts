import { Secret } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { readSettings } from "./settings.ts";

const readSecret = (path: string): Secret | null => (path === "secret" ? new Secret("s") : null);
const least = { AGENTCALL_DRACHTIO_SECRET_FILE: "secret" };

describe("the settings of the engine", () => {
  test("have loopback for defaults", () => {
    expect(readSettings(least, readSecret)).toMatchObject({
      sipHost: "127.0.0.1",
      sipPort: 5060,
      drachtioHost: "127.0.0.1",
      drachtioPort: 9022,
      logLevel: "info",
    });
  });

  test("take IPv6 in brackets", () => {
    const settings = readSettings({ ...least, AGENTCALL_DRACHTIO_LISTEN: "[::1]:0" }, readSecret);

    expect(settings).toMatchObject({ drachtioHost: "::1", drachtioPort: 0 });
  });

  test("have TLS where a port for it is named", () => {
    const files = {
      AGENTCALL_SIP_TLS_CERTIFICATE_FILE: "secret",
      AGENTCALL_SIP_TLS_KEY_FILE: "secret",
    };
    const port = { AGENTCALL_SIP_TLS_PORT: "5061" };

    expect(readSettings({ ...least, ...files }, readSecret)).not.toHaveProperty("tls");
    expect(readSettings({ ...least, ...files, ...port }, readSecret)).toMatchObject({
      tls: { port: 5061, certificate: "s", trusted: null },
    });
  });

  test.each([
    ["AGENTCALL_SIP_TLS_PORT", "tls"],
    ["AGENTCALL_SIP_TLS_CERTIFICATE_FILE", "missing"],
    ["AGENTCALL_SIP_TLS_KEY_FILE", "missing"],
    ["AGENTCALL_SIP_TLS_TRUST_FILE", "missing"],
  ])("with TLS and %s=%s are one sentence that names it", (name, value) => {
    const whole = {
      ...least,
      AGENTCALL_SIP_TLS_PORT: "5061",
      AGENTCALL_SIP_TLS_CERTIFICATE_FILE: "secret",
      AGENTCALL_SIP_TLS_KEY_FILE: "secret",
    };

    expect(readSettings({ ...whole, [name]: value }, readSecret)).toMatch(
      new RegExp(`^${name} is wrong: it must be .+\\.$`),
    );
  });

  test.each([
    ["AGENTCALL_SIP_HOST", "example"],
    ["AGENTCALL_SIP_HOST", "0.0.0.0"],
    ["AGENTCALL_SIP_PORT", "70000"],
    ["AGENTCALL_DRACHTIO_LISTEN", "9022"],
    ["AGENTCALL_DRACHTIO_SECRET_FILE", "missing"],
    ["AGENTCALL_LOG_LEVEL", "loud"],
  ])("with %s=%s are one sentence that names it", (name, value) => {
    expect(readSettings({ ...least, [name]: value }, readSecret)).toMatch(
      new RegExp(`^${name} is wrong: it must be .+\\.$`),
    );
  });
});
