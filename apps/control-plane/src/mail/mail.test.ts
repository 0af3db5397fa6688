import {
  type CallExtraction,
  type CallId,
  inboundConfigSchema,
  type VoiceMode,
} from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../../../../test/support/eventually.ts";
import { applianceActor } from "../audit/audit-log.ts";
import { putReport } from "../reports/report-store.ts";
import { callId, endedEvent, recordOf, startedEvent } from "../testing/call-facts.ts";
import { OpenApp } from "../testing/open-app.ts";
import { SmtpReceiver } from "../testing/smtp-receiver.ts";
import { summaryMail } from "./summary-mail.ts";

const report: CallExtraction = {
  summary: "The boiler <leaks> & she wants it mended.",
  callerName: "Jane Miller",
  intent: "service_request",
  urgency: "high",
  callbackBy: "today before six",
  spam: false,
  entities: [],
  facts: [],
  preferences: [],
  decisions: [],
  commitments: [],
  tasks: [],
  risks: [],
  unresolved: [],
  nextCallContext: "",
  ownerBrief: "",
};

let house: OpenApp;
let server: SmtpReceiver;

beforeEach(async () => {
  house = await OpenApp.open();
  server = await SmtpReceiver.open();
});
afterEach(async () => {
  await house.close();
  await server.close();
});

describe("the mail about a call", () => {
  test("goes to the number's address once its report is there", async () => {
    await configure();
    await finishedCall(report);
    await house.jobs.start();
    await eventually("it was taken", () => server.taken.length === 1);

    const [message] = server.taken;
    expect(message).toContain("To: owner@example.com");
    expect(message).toContain("From: calls@example.com");
    expect(message).toContain("Subject: Urgent: Call from Jane Miller (+14155550199)");
    expect(message).toContain(`Message-ID: <${callId}@example.com>`);
    expect(message).toContain("text/plain");
    expect(message).toContain("text/html");
    expect(server.logins).toEqual(["\0mailer\0the password"]);
  });

  test("is the same for a call on the appliance's key and one on the number's own", async () => {
    await configure();
    await finishedCall(report);
    await house.jobs.start();
    await eventually("the first was taken", () => server.taken.length === 1);
    const own = "call_2" as CallId;
    await finishedCall(report, undefined, { id: own, voiceMode: "byok" });
    await eventually("the second was taken", () => server.taken.length === 2);

    const [managed, byok] = server.taken.map((message) =>
      message
        .replaceAll(own, callId)
        .replace(/^Date: .*$/m, "")
        .replace(/--_NmP-[\w-]+|boundary="[^"]*"/g, "a boundary"),
    );
    expect(byok).toBe(managed);
  });

  test("is not sent for spam, nor where no address is named", async () => {
    await configure();
    await finishedCall({ ...report, spam: true });
    await finishedCall(report, { emailTo: null });

    expect(await house.db.get("SELECT 1 FROM job WHERE kind = 'mail.summary'")).toBeNull();
  });

  test("is tried again when the server refuses it", async () => {
    await configure();
    server.refuses = "message";
    await finishedCall(report);
    await house.jobs.start();
    let last: string | null = null;
    while (last === null) {
      last = (await house.jobs.list({ kind: "mail.summary" }, 1, null))[0]?.lastReason ?? null;
    }
    server.refuses = "nothing";
    await eventually("it was taken", () => {
      house.clock.advance(1_000);
      return server.taken.length === 1;
    });

    expect(last).toBe("message_refused");
  });

  test("has a text and a page that load nothing, and nothing said in a call is read as HTML", () => {
    const { subject, text, html } = summaryMail({
      caller: "+14155550199",
      calledAt: "2026-11-24T12:00:00.000Z",
      businessName: "Harbour\r\nBcc: all@example.com",
      agencyName: null,
      report,
    });

    expect(subject).toBe(
      "Urgent: Call from Jane Miller (+14155550199) · Harbour Bcc: all@example.com",
    );
    expect(text).toContain("Call back: today before six");
    expect(html).toContain("The boiler &lt;leaks&gt; &amp; she wants it mended.");
    expect(html).not.toMatch(/src=|href=|url\(|<style|<script/);
  });
});

describe("the mail settings", () => {
  test("keep the password in the vault, and show whether there is one", async () => {
    await configure();
    const shown = await house.ask("GET", "/v1/settings/mail", { as: "admin" });
    const rows = await Promise.all(
      ["setting", "audit"].map((table) => house.db.all(`SELECT * FROM ${table}`)),
    );

    expect(shown.json()).toMatchObject({ host: "127.0.0.1", hasPassword: true });
    expect(JSON.stringify([shown.json(), rows])).not.toContain("the password");
  });

  test.each([
    ["nothing", { ok: true, reason: null }],
    ["login", { ok: false, reason: "login_refused" }],
    ["recipient", { ok: false, reason: "address_refused" }],
    ["message", { ok: false, reason: "message_refused" }],
  ] as const)(
    "are tested by a letter; a server that refuses %s is told as %o",
    async (what, answer) => {
      await configure();
      server.refuses = what;

      const tested = await house.ask("POST", "/v1/settings/mail/test", {
        as: "admin",
        body: { to: "owner@example.com" },
      });

      expect(tested.json()).toEqual(answer);
    },
  );

  test("that are not there, and a server that is not there, are told too", async () => {
    const body = { to: "owner@example.com" };
    const none = await house.ask("POST", "/v1/settings/mail/test", { as: "admin", body });
    await configure({ port: 9 });
    const away = await house.ask("POST", "/v1/settings/mail/test", { as: "admin", body });

    expect(none.json()).toEqual({ ok: false, reason: "not_configured" });
    expect(away.json()).toEqual({ ok: false, reason: "unreachable" });
  });

  test.each([
    { security: "none", host: "mail.example.com" },
    { from: "nobody" },
    { port: 0 },
    { host: "a b" },
  ])("refuse %o", async (changes) => {
    expect(await configure(changes)).toBe(422);
  });
});

async function configure(changes: object = {}): Promise<number> {
  const body = {
    host: "127.0.0.1",
    port: server.port,
    security: "none",
    username: "mailer",
    password: "the password",
    from: "calls@example.com",
    ...changes,
  };
  return (await house.ask("PUT", "/v1/settings/mail", { as: "admin", body })).statusCode;
}

let numbersMade = 0;

/** A call that has its report. */
async function finishedCall(
  of: CallExtraction,
  notify: object = { emailTo: "owner@example.com" },
  which: { readonly id: CallId; readonly voiceMode: VoiceMode } = {
    id: callId,
    voiceMode: "managed",
  },
): Promise<void> {
  numbersMade += 1;
  const number = `+1415555${String(1_000 + numbersMade)}`;
  const { id } = await house.numbers.create({ number: number as never }, applianceActor);
  const agent = inboundConfigSchema.parse({ mode: "ai", systemPrompt: "x", notify });
  await house.numbers.setInbound(id, agent, applianceActor);
  const about = { callId: which.id, numberId: id, voiceMode: which.voiceMode };
  await house.calls.apply({ gatewayId: "g", bootId: "b" }, [
    startedEvent({ ...about, eventId: `evt_${id}` }),
    endedEvent(recordOf({ ...about, answeredAtMs: null }), `evt_${id}end`),
  ]);
  const call = { ...(await house.calls.byId(which.id)), numberId: id };
  await house.db.tx(async (writer) => {
    await putReport(writer, { callId: which.id, state: "ready", report: of, updatedAtMs: 0 });
    await house.afterCall.mail.follow(writer, call, of);
  });
}
