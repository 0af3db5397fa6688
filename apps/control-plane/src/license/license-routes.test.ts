import { errorBodySchema, type LicenseView } from "@agentcall/contract";
import { afterEach, describe, expect, test } from "vitest";
import { callId, endedEvent, recordOf, startedEvent } from "../testing/call-facts.ts";
import { signedLicense, testLicenseKeys } from "../testing/licenses.ts";
import { OpenApp } from "../testing/open-app.ts";

const none = { given: null, keys: testLicenseKeys };
const teller = { gatewayId: "gateway-1", bootId: "boot-1" };
const dayMs = 24 * 3_600_000;

let house: OpenApp;

afterEach(async () => {
  await house.close();
});

describe("the licence", () => {
  test("is the free plan where there is none", async () => {
    house = await OpenApp.open(undefined, none);

    expect(await shown()).toMatchObject({
      applianceId: expect.stringMatching(/^app_/) as string,
      plan: "free",
      state: "none",
      evaluation: false,
      license: null,
      graceUntil: null,
      trial: { includedMs: 300_000, usedMs: 0 },
    });
  });

  test("that is installed is shown without its signature, counts at once, and is in the audit", async () => {
    house = await OpenApp.open(undefined, none);
    const license = await licenseForUs();

    const installed = await install(license);

    expect(installed.statusCode).toBe(200);
    expect(installed.json()).toMatchObject({
      plan: "pro",
      state: "valid",
      evaluation: false,
      license: { licenseId: "lic_one", plan: "pro" },
      trial: null,
    });
    expect(installed.body).not.toContain(license.signature);
    const [newest] = await house.audit.list(1, null);
    expect(newest).toMatchObject({
      action: "license.installed",
      object: "lic_one",
      detail: { before: null, after: { plan: "pro" } },
    });
  });

  test.each([
    ["for another appliance", { applianceId: "app_other" }, "other_appliance"],
    ["that is over with its grace", { validUntil: "2000-02-01T00:00:00.000Z" }, "expired"],
    ["that has not begun", { validFrom: "2099-01-01T00:00:00.000Z" }, "not_yet_valid"],
  ])("%s is refused, and the former one stays", async (_, changes, reason) => {
    house = await OpenApp.open(undefined, none);
    await install(await licenseForUs());

    const refused = await install(await licenseForUs({ licenseId: "lic_two", ...changes }));

    expect(refused.statusCode).toBe(422);
    expect(errorBodySchema.parse(refused.json()).error).toMatchObject({
      code: "license_invalid",
      reason,
    });
    expect((await shown()).license?.licenseId).toBe("lic_one");
  });

  test("with a changed field is refused as not signed", async () => {
    house = await OpenApp.open(undefined, none);

    const refused = await install({ ...(await licenseForUs({ plan: "free" })), plan: "pro" });

    expect(refused.json()).toMatchObject({ error: { reason: "signature_invalid" } });
  });

  test("goes into grace and then to the free plan by the clock alone", async () => {
    house = await OpenApp.open(undefined, none);
    const untilMs = house.clock.nowMs() + dayMs;
    await install(await licenseForUs({ validUntil: new Date(untilMs).toISOString() }));

    house.clock.advance(dayMs);
    const grace = await shown();
    house.clock.advance(30 * dayMs);
    const over = await shown();

    expect(grace).toMatchObject({
      plan: "pro",
      state: "grace",
      graceUntil: new Date(untilMs + 30 * dayMs).toISOString(),
    });
    expect(over).toMatchObject({ plan: "free", state: "expired", trial: { usedMs: 0 } });
  });
});

describe("the free plan", () => {
  test.each([
    ["POST", "/v1/numbers/num_1/byok/test"],
    ["POST", "/v1/numbers/num_1/byok/key"],
    ["DELETE", "/v1/numbers/num_1/byok/key"],
    ["POST", "/v1/numbers/num_1/byok-key"],
    ["DELETE", "/v1/numbers/num_1/byok-key"],
    ["POST", "/v1/byok/bulk"],
    ["GET", "/v1/byok/health"],
  ] as const)("refuses %s %s, whatever the body", async (method, url) => {
    house = await OpenApp.open(undefined, none);

    const body = method === "POST" ? { body: {} } : {};
    const answer = await house.ask(method, url, { as: "admin", ...body });

    expect(answer.statusCode).toBe(403);
    expect(errorBodySchema.parse(answer.json()).error.code).toBe("plan_limit_byok");
  });

  test("counts the talk of this month: of calls that ended, and of those in progress until now", async () => {
    house = await OpenApp.open(undefined, none);
    const nowMs = house.clock.nowMs();
    const lastMonth = Date.UTC(new Date(nowMs).getUTCFullYear(), new Date(nowMs).getUTCMonth()) - 1;
    await call("call_old", lastMonth, 120_000);
    await call("call_new", nowMs, 60_000);
    await house.calls.apply(teller, [
      startedEvent({ callId, eventId: "evt_a", atMs: nowMs }),
      { kind: "call.answered", eventId: "evt_b", callId, atMs: nowMs },
    ]);

    house.clock.advance(5_000);

    expect((await shown()).trial).toEqual({ includedMs: 300_000, usedMs: 65_000 });
  });
});

async function call(id: string, startedAtMs: number, durationMs: number): Promise<void> {
  const record = recordOf({
    callId: id as typeof callId,
    startedAtMs,
    answeredAtMs: startedAtMs,
    endedAtMs: startedAtMs + durationMs,
    durationMs,
  });
  await house.calls.apply(teller, [endedEvent(record, `evt_${id.slice(5)}`)]);
}

async function shown(): Promise<LicenseView> {
  return (await house.ask("GET", "/v1/license", { as: "viewer" })).json<LicenseView>();
}

async function licenseForUs(
  changes: Parameters<typeof signedLicense>[0] = {},
): Promise<ReturnType<typeof signedLicense>> {
  const { applianceId } = await shown();
  return signedLicense({ evaluation: false, licenseId: "lic_one", applianceId, ...changes });
}

function install(body: object): ReturnType<OpenApp["ask"]> {
  return house.ask("PUT", "/v1/license", { as: "admin", body });
}
