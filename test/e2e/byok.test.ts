import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { signedLicense } from "@agentcall/control-plane/testing";
import { openLog } from "@agentcall/logging";
import { afterEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";
import { formsOf } from "../support/key-forms.ts";

const marked = "markedkey0001";
const goodKey = `sk-proj-practice-good-${marked}`;
const badKey = `sk-proj-practice-invalid-${marked}`;

let house: House;

afterEach(async () => {
  await house.close();
});

describe("a number with a key of its own", () => {
  test("is answered with it though the appliance's key is refused, and not without it", async () => {
    house = await House.open({ day: "invalid" });
    await house.saveKey(goodKey);

    const own = await house.answeredCall();
    await own.hangUp();
    const record = await house.ended(own);
    await house.deleteKey();
    const managed = await (await house.call()).outcome;

    expect(record).toMatchObject({ status: "completed", voiceMode: "byok" });
    expect(managed).toMatchObject({ kind: "refused", status: 503 });
  });

  test("keeps the key that a call began with to that call's end, while another is saved", async () => {
    house = await House.open();
    await house.saveKey(goodKey);
    const call = await house.answeredCall();

    await house.saveKey("sk-proj-practice-good-markedkey0002");
    await eventually("the call goes on", () => (call.audio.heard?.packets ?? 0) > 20);
    await call.hangUp();

    expect((await house.ended(call)).hangupCause?.cause).toBe("caller_hung_up");
  });

  test("is answered by a client secret where gateways get no key, and heard as ever", async () => {
    const log: string[] = [];
    house = await House.open({
      day: "invalid",
      log: openLog("house", "trace", (line) => log.push(line)),
    });
    await house.saveKey(goodKey);
    await house.ask("PUT", "/v1/settings/key-delivery", { keyDelivery: "ephemeral" });

    const call = await house.answeredCall();
    await eventually("the greeting is heard", () => (call.audio.heard?.packets ?? 0) > 20);
    await call.hangUp();

    expect(await house.ended(call)).toMatchObject({ status: "completed", voiceMode: "byok" });
    const audit = JSON.stringify(await house.ask("GET", "/v1/audit?limit=100"));
    expect(audit).toContain("byok-key.opened");
    expect(log.join("")).not.toMatch(/ek_[0-9a-z]{8}/);
  });

  test("keeps it on the free plan, and is answered as managed until the plan is pro again", async () => {
    house = await House.open();
    await house.saveKey(goodKey);
    const { applianceId } = (await house.ask("GET", "/v1/license")) as { applianceId: string };
    const license = (plan: "free" | "pro"): object =>
      signedLicense({ plan, applianceId, evaluation: false });

    await house.ask("PUT", "/v1/license", license("free"));
    const refused = await house.saveKey(goodKey);
    const free = await house.answeredCall();
    await free.hangUp();
    const onFree = await house.ended(free);
    await house.ask("PUT", "/v1/license", license("pro"));
    const pro = await house.answeredCall();
    await pro.hangUp();

    expect(refused).toMatchObject({ error: { code: "plan_limit_byok" } });
    expect(onFree.voiceMode).toBe("managed");
    expect((await house.ended(pro)).voiceMode).toBe("byok");
  });

  test("shows it nowhere: not in a file, a log line, an event or an answer", async () => {
    const log: string[] = [];
    house = await House.open({ log: openLog("house", "trace", (line) => log.push(line)) });
    const answers = [
      await house.saveKey(goodKey),
      await house.saveKey(badKey),
      await house.saveKey(`not a key ${marked}`),
      await house.ask("GET", "/v1/numbers"),
      await house.ask("GET", "/openapi.json"),
    ];
    const call = await house.answeredCall();
    await call.hangUp();
    answers.push(await house.ended(call), await house.transcript(call));
    await house.deleteKey();

    const seen = [
      ...log,
      ...answers.map((each) => JSON.stringify(each)),
      JSON.stringify(house.messages),
    ];
    for (const form of formsOf(goodKey)) {
      for (const text of seen) expect(text).not.toContain(form);
      for (const file of filesIn(house.folder)) {
        expect(readFileSync(file).includes(form), `${file} holds the key`).toBe(false);
      }
    }
    expect(log.length).toBeGreaterThan(10);
  });
});

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile());
}
