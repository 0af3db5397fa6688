import { Secret } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { readSettings } from "./settings.ts";

const least = {
  AGENTCALL_DATA_DIR: "data",
  AGENTCALL_CONTROL_TOKEN_FILE: "token",
};
const secrets: Readonly<Record<string, string>> = {
  token: "t",
};
const readSecret = (path: string): Secret | null => {
  const text = secrets[path];
  return text === undefined ? null : new Secret(text);
};

describe("the settings of the control plane", () => {
  test("need a folder and the link's token, and have defaults for the rest", () => {
    expect(readSettings(least, readSecret)).toMatchObject({
      dataDir: "data",
      httpPort: 8080,
      controlPort: 0,
      openaiBaseUrl: "https://api.openai.com/v1",
      managedKey: null,
      license: { given: null, keys: { evaluation: null } },
      adminKey: null,
      consoleUrl: null,
      demoNumber: null,
      model: "gpt-realtime-2.1",
      callsMax: 200,
      sqlite: "sqlite3",
      outgoingAllowed: new Set(),
      browserOrigins: new Set(),
      logLevel: "info",
    });
  });

  test("take what is set", () => {
    const settings = readSettings(
      {
        ...least,
        AGENTCALL_HTTP_PORT: "0",
        OPENAI_BASE_URL: "http://127.0.0.1:9/v1",
        AGENTCALL_DEMO_NUMBER: "+14155550100",
        AGENTCALL_MODEL: "gpt-realtime",
        AGENTCALL_SQLITE: "node",
        AGENTCALL_CALLS_MAX: "5",
        AGENTCALL_OUTGOING_ALLOWED: "CRM.example, 10.0.0.5:8443,[fd00::5]",
        AGENTCALL_BROWSER_ORIGINS: "https://dashboard.example, http://localhost:5173",
      },
      readSecret,
    );

    expect(settings).toMatchObject({
      httpPort: 0,
      openaiBaseUrl: "http://127.0.0.1:9/v1",
      consoleUrl: null,
      demoNumber: "+14155550100",
      model: "gpt-realtime",
      sqlite: "node",
      callsMax: 5,
      outgoingAllowed: new Set(["crm.example", "10.0.0.5:8443", "[fd00::5]"]),
      browserOrigins: new Set(["https://dashboard.example", "http://localhost:5173"]),
    });
  });

  test.each([
    ["AGENTCALL_DATA_DIR", ""],
    ["AGENTCALL_BROWSER_ORIGINS", "https://dashboard.example/"],
    ["AGENTCALL_BROWSER_ORIGINS", "*"],
    ["AGENTCALL_HTTP_PORT", "65536"],
    ["AGENTCALL_CONTROL_PORT", "x"],
    ["AGENTCALL_CONTROL_TOKEN_FILE", "missing"],
    ["AGENTCALL_VAULT", "paper"],
    ["AGENTCALL_MANAGED_KEY_FILE", "missing"],
    ["AGENTCALL_ADMIN_KEY_FILE", "missing"],
    ["AGENTCALL_LICENSE_FILE", "missing"],
    ["AGENTCALL_EVALUATION_KEY_FILE", "missing"],
    ["AGENTCALL_EVALUATION_KEY_FILE", "short"],
    ["OPENAI_BASE_URL", "ftp://127.0.0.1"],
    ["OPENAI_BASE_URL", "not an address"],
    ["AGENTCALL_DEMO_NUMBER", "0155"],
    ["AGENTCALL_BILLING_URL", "ftp://127.0.0.1"],
    ["AGENTCALL_BILLING_URL", "not an address"],
    ["AGENTCALL_BILLING_KEY_FILE", "missing"],
    ["AGENTCALL_BILLING_KEY_FILE", "short"],
    ["AGENTCALL_MODEL", "../x"],
    ["AGENTCALL_CALLS_MAX", "0"],
    ["AGENTCALL_OUTGOING_ALLOWED", "https://crm.example"],
    ["AGENTCALL_OUTGOING_ALLOWED", "10.0.0.0/8"],
    ["AGENTCALL_SQLITE", "mysql"],
    ["AGENTCALL_LOG_LEVEL", "loud"],
  ])("with %s=%s are one sentence that names it", (name, value) => {
    const sentence = readSettings({ ...least, [name]: value }, readSecret);

    expect(sentence).toMatch(new RegExp(`^${name} is wrong: it must be .+\\.$`));
  });

  test.each([
    ["a file of their own", { AGENTCALL_ROOT_KEY_FILE: "/k" }, "/k", null],
    ["Docker's secret", {}, "/run/secrets/agentcall-root-key", null],
    ["systemd's credential", { CREDENTIALS_DIRECTORY: "/c" }, "/c/agentcall-root-key", "/c"],
  ])("find the root key in %s", (_, environment, file, credentialsDir) => {
    expect(readSettings({ ...least, ...environment }, readSecret)).toMatchObject({
      root: { kind: "file", file, credentialsDir },
    });
  });

  test("need no file with a passphrase", () => {
    expect(readSettings({ ...least, AGENTCALL_VAULT: "passphrase" }, readSecret)).toMatchObject({
      root: { kind: "passphrase" },
    });
  });

  test("without the folder are one sentence that says what is missing", () => {
    expect(readSettings({}, readSecret)).toBe(
      "AGENTCALL_DATA_DIR is missing: it must be a folder.",
    );
  });
});
