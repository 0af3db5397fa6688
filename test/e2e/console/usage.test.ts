import { readFileSync } from "node:fs";
import { systemClock } from "@agentcall/base";
import { readBatchFile } from "@agentcall/billing";
import { type BillingServer, startBilling } from "@agentcall/practice";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canOpenChromium, ConsolePage } from "../../support/console-page.ts";
import { eventually } from "../../support/eventually.ts";
import { House } from "../../support/house.ts";

let house: House;
let billing: BillingServer;
let console: ConsolePage;

beforeEach(async () => {
  house = await House.open();
  billing = await startBilling({ clock: systemClock() });
  console = await ConsolePage.open(house);
  await console.pair(house);
});
afterEach(async () => {
  await console.close();
  await house.close();
  await billing.close();
});

describe.skipIf(!canOpenChromium)("the console's screen of usage and billing", () => {
  test("a call is charged, told to billing by hand, and fetched as files", async () => {
    const { page } = console;
    await console.goTo("Usage and billing");
    await page.getByText("Nothing was charged in this month").waitFor();
    const call = await house.answeredCall();
    await eventually("a second was heard", () => (call.audio.heard?.samples.length ?? 0) > 8_000);
    await call.hangUp();
    await house.ended(call);
    await expect
      .poll(() => house.ask("GET", "/v1/usage"))
      .toMatchObject({ total: { amount: "$0.40" } });

    await page.reload();
    await page.getByRole("row", { name: /\+1 415 555 0100/ }).waitFor();
    expect(await page.getByText("$0.40").count()).toBe(2); // of the number, and in all
    await console.lookInBoth("usage");
    await page.getByRole("tab", { name: "Told to billing" }).click();
    await page.getByText("Nothing was exported yet").waitFor();

    await nameTheReceiver();
    await page.getByRole("button", { name: "Run now" }).click();
    await page.getByText("1 entries are sealed and on their way.").waitFor();
    await page.getByText("Acknowledged", { exact: true }).waitFor();
    await console.lookInBoth("exports");

    const signed = await saved("Signed file of batch 1");
    expect(readBatchFile(signed)).not.toBeNull();
    expect(await saved("CSV file of batch 1")).toContain("400000");
  });
});

async function nameTheReceiver(): Promise<void> {
  const { page } = console;
  await page.getByRole("button", { name: "Change…" }).click();
  const dialog = page.getByRole("dialog", { name: "When and where billing is told" });
  await dialog.getByRole("textbox", { name: "Receiver's address" }).fill(billing.url);
  await dialog.getByRole("textbox", { name: "Receiver's public key" }).fill(billing.publicKeyPem);
  await dialog.getByRole("textbox", { name: "When" }).fill("every hour");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText(/must be five fields/).waitFor();
  console.expectRefusals(1);
  await console.look("export-schedule");
  await dialog.getByRole("textbox", { name: "When" }).fill("30 * * * *");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
}

async function saved(button: string): Promise<string> {
  const { page } = console;
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return readFileSync(await download.path(), "utf8");
}
