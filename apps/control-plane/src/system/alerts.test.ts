import type { LiveMessage, SystemView } from "@agentcall/contract";
import { silentLog } from "@agentcall/base";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../../../test/support/eventually.ts";
import { applianceActor } from "../audit/audit-log.ts";
import { OpenApp } from "../testing/open-app.ts";
import { SmtpReceiver } from "../testing/smtp-receiver.ts";
import type { Condition } from "./alert.ts";
import { Alerts } from "./alerts.ts";

const parked: Condition = { code: "export_parked", subject: "" };
const down: Condition = { code: "trunk_down", subject: "trunk_1" };

let house: OpenApp;
let server: SmtpReceiver;
let told: string[];
let present: readonly Condition[];

beforeEach(async () => {
  house = await OpenApp.open();
  server = await SmtpReceiver.open();
  told = [];
  present = [];
  house.stream.listen(({ event, data }: LiveMessage) => {
    if (event.startsWith("alert.")) told.push(`${event} ${String(data["code"])}`);
  });
});

afterEach(async () => {
  await house.close();
  await server.close();
});

function open(db = house.db): Promise<Alerts> {
  return Alerts.open({
    db,
    stream: house.stream,
    mail: house.system.mail,
    conditions: () => Promise.resolve(present),
    clock: house.clock,
    log: silentLog,
  });
}

async function mailTo(address: string): Promise<void> {
  await house.afterCall.mail.configure(
    {
      host: "127.0.0.1",
      port: server.port,
      security: "none",
      username: null,
      from: "box@example.com",
    },
    applianceActor,
  );
  const body = { mailTo: address };
  const answer = await house.ask("PUT", "/v1/settings/alerts", { body, as: "admin" });
  expect(answer.statusCode).toBe(200);
}

describe("an alert", () => {
  test("is raised once while it stands, cleared once when it goes, and raised again when it is back", async () => {
    const alerts = await open();
    for (const conditions of [[parked], [parked, down], [down], [], [down]]) {
      present = conditions;
      await alerts.look();
      await alerts.look();
    }

    expect(told).toEqual([
      "alert.raised export_parked",
      "alert.raised trunk_down",
      "alert.cleared export_parked",
      "alert.cleared trunk_down",
      "alert.raised trunk_down",
    ]);
    expect(alerts.views).toMatchObject([{ code: "trunk_down", subject: "trunk_1" }]);
  });

  test("that stood before a restart is not told again, and one that went meanwhile is cleared", async () => {
    const before = await open();
    present = [parked, down];
    await before.look();
    told = [];

    const after = await open();
    present = [down];
    await after.look();

    expect(told).toEqual(["alert.cleared export_parked"]);
    expect(after.views.map(({ code }) => code)).toEqual(["trunk_down"]);
  });

  test("is looked for every half minute", async () => {
    const alerts = await open();
    alerts.start();
    await alerts.look();
    present = [down];
    house.clock.advance(29_999);
    await alerts.look();
    await alerts.close();

    house.clock.advance(60_000);

    expect(told).toEqual(["alert.raised trunk_down"]);
    expect(house.clock.pendingCount).toBe(0);
  });

  test("goes by mail to the address that is set, with what to do", async () => {
    await mailTo("admin@example.com");
    const alerts = await open();
    present = [down];
    await alerts.look();
    await alerts.look();
    await house.jobs.start();
    await eventually("it was taken", () => server.taken.length === 1);

    const [message] = server.taken;
    expect(message).toContain("To: admin@example.com");
    expect(message).toContain("Subject: AgentCall: A carrier does not answer");
    expect(message).toContain("trunk_1");
  });

  test("is told and mailed where nothing can be written, and written down once that goes", async () => {
    await mailTo("admin@example.com");
    let isFull = true;
    const alerts = await open({
      ...house.db,
      get: (...question) => house.db.get(...question),
      all: (...question) => house.db.all(...question),
      tx: (work) =>
        isFull ? Promise.reject(new Error("database or disk is full")) : house.db.tx(work),
      checkpoint: () => house.db.checkpoint(),
      close: () => house.db.close(),
    });
    present = [{ code: "disk_full", subject: "" }];
    await alerts.look();
    await alerts.look();
    const mails = server.taken.length;
    isFull = false;
    await alerts.look();
    const [row] = await house.db.all("SELECT code FROM alert");
    const jobs = await house.jobs.list({}, 10, null);

    expect([told, mails, row?.["code"]]).toEqual([["alert.raised disk_full"], 1, "disk_full"]);
    expect(jobs.filter(({ kind }) => kind === "mail.alert")).toEqual([]);
  });

  test("whose state cannot be read is left as it is", async () => {
    present = [down];
    const alerts = await Alerts.open({
      db: house.db,
      stream: house.stream,
      mail: house.system.mail,
      conditions: () =>
        present.length > 0 ? Promise.resolve(present) : Promise.reject(new Error("no")),
      clock: house.clock,
      log: silentLog,
    });
    await alerts.look();
    present = [];

    await alerts.look();

    expect(alerts.views).toHaveLength(1);
  });
});

describe("GET /v1/system", () => {
  async function system(): Promise<SystemView> {
    const answer = await house.ask("GET", "/v1/system", { as: "viewer" });
    expect(answer.statusCode).toBe(200);
    return answer.json();
  }

  test("shows how the appliance fares", async () => {
    house.clock.advance(61_000);

    const view = await system();

    expect(view).toMatchObject({
      applianceId: house.vault.applianceId,
      versions: { node: process.versions.node },
      uptimeSecs: 61,
      license: { plan: "pro", state: "valid" },
      gateways: [{ id: "gateway-1", pendingEvents: 0 }],
      vault: "open",
      jobs: { parked: 0 },
      export: { backlog: 0, lagSecs: 0, failingSince: null },
      certificate: null,
    });
    expect(view.database.bytes).toBeGreaterThan(100_000);
    expect(view.disk.totalBytes).toBeGreaterThan(view.disk.freeBytes);
  });

  test("shows an alert at once, and not when its cause is gone", async () => {
    const codesOf = ({ alerts }: SystemView): readonly string[] => alerts.map(({ code }) => code);
    await house.db.tx((writer) => writer.run("UPDATE export_state SET forked = 1"));

    const forked = await system();
    await house.db.tx((writer) => writer.run("UPDATE export_state SET forked = 0"));
    const mended = await system();

    expect(codesOf(forked)).toContain("export_forked");
    expect(codesOf(mended)).not.toContain("export_forked");
  });

  test.each([
    ["no address", { mailTo: "nobody" }],
    ["nothing", {}],
  ])("refuses %s for the mail about alerts", async (_what, body) => {
    const answer = await house.ask("PUT", "/v1/settings/alerts", { body, as: "admin" });

    expect(answer.json()).toMatchObject({ error: { code: "validation_failed" } });
  });

  test("lets an admin alone set the address, and the audit says so", async () => {
    const body = { mailTo: "admin@example.com" };
    const refused = await house.ask("PUT", "/v1/settings/alerts", { body, as: "operator" });
    await house.ask("PUT", "/v1/settings/alerts", { body, as: "admin" });
    const [newest] = await house.audit.list(1, null);

    expect(refused.statusCode).toBe(403);
    expect(newest).toMatchObject({ action: "alerts.configured", detail: { after: body } });
  });
});
