import { seededRandom, silentLog } from "@agentcall/base";
import { TestClock } from "@agentcall/base/testing";
import type { TrunkPlan, TrunkReport } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { answered, ScriptedRequests } from "./testing/scripted-requests.ts";
import { aTrunkPlan } from "./testing/trunk-plan.ts";
import { TrunkLine } from "./trunk-line.ts";

const servers = [
  { host: "192.0.2.1", port: null },
  { host: "192.0.2.2", port: null },
];
const registering = {
  credentials: { username: "alice", password: "practice" },
  registration: { expiresSecs: 600, domain: null },
};

let carrier: ScriptedRequests;
let clock: TestClock;
let reports: TrunkReport[];
let line: TrunkLine;
let names: ReadonlySet<string>;

beforeEach(() => {
  carrier = new ScriptedRequests();
  carrier.answer = () => answered(200);
  clock = new TestClock();
  reports = [];
  names = new Set();
});
afterEach(async () => {
  await line.close();
  await line.close();
  expect(clock.pendingCount).toBe(0);
});

async function begin(changes: Partial<TrunkPlan>): Promise<void> {
  line = new TrunkLine({
    plan: aTrunkPlan({ servers, ...changes }),
    send: carrier.send,
    ourHostPort: () => "203.0.113.5:5060",
    resolver: {
      srv: () => Promise.reject(new Error("ENOTFOUND")),
      addresses: (host) =>
        names.has(host) ? Promise.resolve(["192.0.2.9"]) : Promise.reject(new Error("ENOTFOUND")),
    },
    onReport: (report) => reports.push(report),
    clock,
    random: seededRandom(1),
    log: silentLog,
  });
  line.start();
  await clock.advanceAsync(0);
  await clock.advanceAsync(0);
}

/** Only the server at this address answers. */
function answersAt(address: string | null): void {
  carrier.answer = ({ route }) =>
    address !== null && route.includes(address) ? answered(200) : { kind: "unanswered" };
}

describe("TrunkLine", () => {
  test("is up when the carrier answers, and asks again every so many seconds", async () => {
    await begin({ keepAlive: { everySecs: 30 } });
    await clock.advanceAsync(90_000);

    expect(reports.map(({ state }) => state)).toEqual(["unknown", "up"]);
    expect(reports.at(-1)).toMatchObject({
      message: "The carrier answers.",
      server: "192.0.2.1:5060",
      keepAlive: { state: "answered", roundTripMs: 12 },
    });
    expect(carrier.sent).toHaveLength(4);
  });

  test("tries the other server when one does not answer, and is down when none does", async () => {
    await begin({ keepAlive: { everySecs: 30 } });
    answersAt("192.0.2.2");
    await clock.advanceAsync(30_000);
    const moved = reports.at(-1);
    answersAt(null);
    await clock.advanceAsync(30_000);
    const down = reports.at(-1);
    answersAt("192.0.2.1");
    await clock.advanceAsync(30_000);

    expect(moved).toMatchObject({ state: "up", server: "192.0.2.2:5060" });
    expect(down).toMatchObject({
      state: "down",
      message: "The carrier does not answer OPTIONS at any of its addresses.",
    });
    expect(reports.at(-1)).toMatchObject({ state: "up", server: "192.0.2.1:5060" });
    expect(line.targets.map(({ address }) => address)).toEqual(["192.0.2.1", "192.0.2.2"]);
  });

  test("registers at the second server where the first does not answer, and refreshes there", async () => {
    answersAt("192.0.2.2");
    await begin(registering);
    await clock.advanceAsync(480_000);

    expect(reports.at(-1)).toMatchObject({ state: "up", message: "The trunk is registered." });
    expect(carrier.sent.map(({ route }) => route.includes("192.0.2.2"))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test("registers anew where calls go now, when the server that had it is gone", async () => {
    await begin({ ...registering, keepAlive: { everySecs: 30 } });
    answersAt("192.0.2.2");
    await clock.advanceAsync(30_000);
    await clock.advanceAsync(0);

    const last = carrier.sent.filter(({ method }) => method === "REGISTER").at(-1);
    expect(last?.route).toContain("192.0.2.2");
  });

  test("is down with a password that is refused, and with one that cannot be opened", async () => {
    carrier.answer = () => answered(403);
    await begin(registering);
    const refused = reports.at(-1);
    await line.close();
    await begin({ ...registering, credentials: null });

    expect(refused).toMatchObject({
      state: "down",
      message: "The carrier answered 403 to REGISTER: user name or password.",
      registration: { state: "failed", sipStatus: 403 },
    });
    expect(reports.at(-1)?.message).toContain("is the vault sealed?");
  });

  test("names the name that cannot be looked up, and goes on when it can", async () => {
    await begin({
      servers: [{ host: "carrier.example", port: null }],
      keepAlive: { everySecs: 30 },
    });
    const lost = reports.at(-1);
    names = new Set(["carrier.example"]);
    await clock.advanceAsync(10_000);

    expect(lost).toMatchObject({
      state: "down",
      message: "The name carrier.example could not be looked up in the DNS.",
    });
    expect(reports.at(-1)).toMatchObject({ state: "up", server: "192.0.2.9:5060" });
  });

  test("tells nothing of a carrier while nothing can be sent", async () => {
    carrier.answer = () => ({ kind: "unsent", reason: "drachtio is not connected" });
    await begin({ keepAlive: { everySecs: 30 } });

    expect(reports.at(-1)).toMatchObject({ state: "unknown", keepAlive: { state: "trying" } });
  });

  test("a trunk that only takes calls asks nobody", async () => {
    await begin({ servers: [] });

    expect(reports).toMatchObject([{ state: "up", server: null }]);
    expect(carrier.sent).toEqual([]);
  });

  test("takes its registration back when it is closed, and does not wait for a carrier that is away", async () => {
    await begin(registering);
    carrier.send = () => new Promise(() => undefined);
    const closing = line.close();
    await clock.advanceAsync(1_000);

    await closing;
  });
});
