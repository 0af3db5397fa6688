import type { TrunkStatusView, TrunkView } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpenApp } from "../testing/open-app.ts";
import { carrier, reportOf } from "../testing/trunk-facts.ts";
import { aGateway } from "../testing/watched-gateway.ts";

let house: OpenApp;
beforeEach(async () => {
  house = await OpenApp.open();
});
afterEach(async () => {
  await house.close();
});

describe("the status of a trunk", () => {
  test("says that nothing is known while no gateway is there, and that it is off", async () => {
    const { id } = await aTrunk();

    const unknown = await statusOf(id);
    await ask("PATCH", `/v1/trunks/${id}`, { enabled: false });
    const off = await statusOf(id);

    expect(unknown).toMatchObject({
      state: "unknown",
      message: "No gateway is connected: nothing is known of the trunk.",
      since: null,
    });
    expect(off).toMatchObject({ state: "off", message: "The trunk is switched off." });
  });

  test("is what the leading gateway told last, since when, and each change is an event", async () => {
    const { id } = await aTrunk();
    const gateway = aGateway(house.trunkDesk);
    const down = reportOf({
      state: "down",
      message: "The carrier answered 403 to REGISTER: user name or password.",
      registration: { state: "failed", sipStatus: 403, expiresAtMs: null },
    });
    const told: unknown[] = [];
    house.stream.listen(({ event, data }) => told.push([event, data["state"], data["message"]]));

    house.trunkDesk.onReport(gateway, id, reportOf());
    house.clock.advance(1_000);
    house.trunkDesk.onReport(gateway, id, reportOf({ keepAlive: null }));
    house.trunkDesk.onReport(gateway, id, down);

    expect(await statusOf(id)).toMatchObject({
      state: "down",
      message: "The carrier answered 403 to REGISTER: user name or password.",
      since: "2026-01-01T00:00:01.000Z",
      registration: { state: "failed", sipStatus: 403, expiresAt: null },
      callsInProgress: 0,
    });
    expect(told).toEqual([
      ["trunk.status", "up", "The carrier answers."],
      ["trunk.status", "down", down.message],
    ]);
  });

  test("tells plainly that a TLS peer is not verified", async () => {
    const { id } = await aTrunk({ transport: "tls" });

    expect((await statusOf(id)).notes).toEqual([
      expect.stringContaining("certificate is not verified"),
    ]);
  });

  test("of a gateway that does not lead is not heard", async () => {
    const { id } = await aTrunk();
    aGateway(house.trunkDesk, "gateway-1");
    const second = aGateway(house.trunkDesk, "gateway-2");

    house.trunkDesk.onReport(second, id, reportOf());

    expect((await statusOf(id)).state).toBe("unknown");
  });
});

describe("a test of a trunk", () => {
  test("is made by the leading gateway, which gets the passwords, and tells a verdict per line", async () => {
    const { id } = await aTrunk();
    const gateway = aGateway(house.trunkDesk);

    const asked = ask("POST", `/v1/trunks/${id}/test`);
    const frame = await gateway.frame("trunk.test");
    house.trunkDesk.onTested(frame.testId, [
      { check: "dns", verdict: "passed", message: "One address." },
      { check: "register", verdict: "failed", message: "403." },
    ]);
    const answer = await asked;

    expect(frame.trunk.credentials).toEqual({ username: "alice", password: "marked-outbound-1" });
    expect(answer.json()).toEqual({
      ok: false,
      lines: [
        { check: "dns", verdict: "passed", message: "One address." },
        { check: "register", verdict: "failed", message: "403." },
      ],
    });
  });

  test("without a gateway, or when none answers in time, is 503", async () => {
    const { id } = await aTrunk();

    const alone = await ask("POST", `/v1/trunks/${id}/test`);
    const gateway = aGateway(house.trunkDesk);
    const asked = ask("POST", `/v1/trunks/${id}/test`);
    const { testId } = await gateway.frame("trunk.test");
    house.clock.advance(60_000);
    house.trunkDesk.onTested(testId, []);

    expect([alone.statusCode, (await asked).statusCode]).toEqual([503, 503]);
  });
});

describe("a gateway", () => {
  test("is told the trunks when it joins and whenever one changes, and the first one leads", async () => {
    const { id } = await aTrunk();
    const first = aGateway(house.trunkDesk, "gateway-1");
    const second = aGateway(house.trunkDesk, "gateway-2");
    const [toFirst, toSecond] = [await first.frame("trunks"), await second.frame("trunks")];

    await ask("PATCH", `/v1/trunks/${id}`, { name: "Renamed" });
    const again = await second.frame("trunks");
    house.trunkDesk.onGatewayLeft(first);
    const leading = await second.frame("trunks");

    expect([toFirst.leads, toSecond.leads, again.leads, leading.leads]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect([toSecond.trunks[0]?.name, again.trunks[0]?.name]).toEqual(["Carrier", "Renamed"]);
    expect(Buffer.from(toFirst.nonceKey, "base64")).toHaveLength(32);
    expect(leading.nonceKey).toBe(toFirst.nonceKey);
  });

  test("that gets passwords is in the audit", async () => {
    const { id } = await aTrunk();
    const gateway = aGateway(house.trunkDesk, "gateway-1");
    await gateway.frame("trunks");

    expect((await house.audit.list(1, null))[0]).toMatchObject({
      action: "trunk-passwords.sent",
      object: "gateway-1",
      detail: { trunkIds: [id] },
    });
  });
});

function ask(method: "GET" | "POST" | "PATCH", url: string, body?: unknown) {
  return house.ask(method, url, { as: "admin", ...(body === undefined ? {} : { body }) });
}

async function aTrunk(changes: Readonly<Record<string, unknown>> = {}): Promise<TrunkView> {
  return (await ask("POST", "/v1/trunks", { ...carrier, ...changes })).json<TrunkView>();
}

async function statusOf(id: string): Promise<TrunkStatusView> {
  return (await ask("GET", `/v1/trunks/${id}/status`)).json<TrunkStatusView>();
}
