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
