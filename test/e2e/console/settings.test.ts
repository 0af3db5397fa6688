import { HttpReceiver } from "@agentcall/control-plane/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canOpenChromium, ConsolePage } from "../../support/console-page.ts";
import { House } from "../../support/house.ts";

const ownKey = "sk-proj-practice-good-12345678";
const managedKey = "sk-proj-practice-good-87654321";

let house: House;
let receiver: HttpReceiver;
let console: ConsolePage;

beforeEach(async () => {
  house = await House.open();
  receiver = await HttpReceiver.open();
  console = await ConsolePage.open(house);
  await console.pair(house);
});
afterEach(async () => {
  await console.close();
  await receiver.close();
  await house.close();
});

describe.skipIf(!canOpenChromium)("the console's screens for the appliance itself", () => {
  test("keys, access, the vault and the audit are managed, and no key is in the page afterwards", async () => {
    await house.saveKey(ownKey);

    await setTheManagedKey();
    await createAndRevokeAnApiKey();
    await rotateTheVault();
    await verifyTheAudit();

    for (const key of [ownKey, managedKey]) expect(await console.page.content()).not.toContain(key);
  });

  test("a webhook is added and told of a call, and what waits for a person is seen", async () => {
    await addAWebhook();

    const call = await house.answeredCall();
    await call.hangUp();
    await house.ended(call);

    await seeItsDelivery();
    await lookAtDiagnostics();
  });
});

async function setTheManagedKey(): Promise<void> {
  const { page } = console;
  await console.goTo("OpenAI keys");
  await page.getByRole("cell", { name: /sk-proj-\.\.\.5678/ }).waitFor();
  await page.getByRole("button", { name: "Set key…" }).click();
  const dialog = page.getByRole("dialog", { name: "Set the managed key" });
  await dialog.getByRole("textbox", { name: "Key" }).fill("sk-proj-practice-noquota-12345678");
  await dialog.getByRole("button", { name: "Test and save" }).click();
  await dialog.getByText("has no credit left").waitFor();
  await console.look("keys-managed-refused");
  console.expectRefusals(1);

  await dialog.getByRole("textbox", { name: "Key" }).fill(managedKey);
  await dialog.getByRole("button", { name: "Test and save" }).click();
  await page.getByText("sk-proj-...4321 is the managed key now.").waitFor();
  await page.getByText(/^A client secret/).click();
  await page.getByText("Key delivery is changed.").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect
    .poll(() => house.ask("GET", "/v1/settings/key-delivery"))
    .toEqual({ keyDelivery: "direct" });
  await console.lookInBoth("keys");
}

async function createAndRevokeAnApiKey(): Promise<void> {
  const { page } = console;
  await console.goTo("Access");
  await page.getByRole("button", { name: "Create API key…" }).click();
  await page.getByRole("textbox", { name: "Label" }).fill("CRM");
  await page.getByRole("button", { name: "Create key" }).click();
  const shown = await page.getByText(/^ac_live_/).textContent();
  await console.look("access-created");
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("row", { name: "API key CRM" }).waitFor();
  expect(await page.content()).not.toContain(shown);
  await console.lookInBoth("access");

  await page.getByRole("button", { name: "Revoke CRM" }).click();
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect.poll(() => page.getByRole("row", { name: "API key CRM" }).count()).toBe(0);

  await page.getByRole("button", { name: "New pairing code…" }).click();
  await page.getByText(/^[2-9A-Z]{4}-[2-9A-Z]{4}$/).waitFor();
  await console.look("access-pairing");
  await page.keyboard.press("Escape");
}

async function rotateTheVault(): Promise<void> {
  const { page } = console;
  await console.goTo("Settings");
  await page
    .getByText("Evaluation licence, valid until")
    .or(page.getByText("Valid until"))
    .waitFor();
  await page.getByRole("button", { name: "Rotate key…" }).click();
  await page.getByRole("button", { name: "Rotate", exact: true }).click();
  await page.getByText("version 2", { exact: true }).waitFor();
  await console.lookInBoth("settings");

  await page.getByRole("button", { name: "Install licence…" }).click();
  await page.getByRole("textbox", { name: "Or its text" }).fill("not a licence");
  await page.getByRole("button", { name: "Install", exact: true }).click();
  await page.getByText("This is no licence file").waitFor();
  await console.look("settings-license");
  await page.keyboard.press("Escape");
}

async function verifyTheAudit(): Promise<void> {
  const { page } = console;
  await console.goTo("Audit");
  await page.getByRole("button", { name: "Verify" }).click();
  await page.getByText(/^All \d+ entries are as they were written$/).waitFor();
  await console.look("audit-verified");
  await page.keyboard.press("Escape");
  await page.getByLabel("Filter by who, what or number").fill("vault rotated");
  await expect
    .poll(() => page.getByRole("row").filter({ hasText: "Vault rotated" }).count())
    .toBe(1);
  await page.getByLabel("Filter by who, what or number").fill("");
  await console.lookInBoth("audit");
}

async function addAWebhook(): Promise<void> {
  const { page } = console;
  await console.goTo("Webhooks");
  await console.look("webhooks-none");
  await page.getByRole("button", { name: "Add webhook…" }).first().click();
  await page.getByRole("textbox", { name: "Address" }).fill(receiver.url);
  await console.look("webhooks-add");
  await page.getByRole("button", { name: "Add webhook", exact: true }).click();
  await page.getByText(/^whsec_/).waitFor();
  await page.getByRole("button", { name: "I have it" }).click();
  await page.getByRole("row", { name: `Webhook ${receiver.url}` }).waitFor();
}

async function seeItsDelivery(): Promise<void> {
  const { page } = console;
  await page.getByRole("row", { name: `Webhook ${receiver.url}` }).press("Enter");
  const delivery = page.getByRole("button", { name: /^call\.status.*Delivered/ }).first();
  await delivery.waitFor({ timeout: 20_000 });
  await delivery.click();
  await page.getByRole("cell", { name: "HTTP 200" }).first().waitFor();
  await console.lookInBoth("webhooks-deliveries");
  const before = receiver.received.length;
  await page.getByRole("button", { name: "Deliver again" }).first().click();
  await expect.poll(() => receiver.received.length).toBeGreaterThan(before);
  await page.getByRole("button", { name: "Remove webhook…" }).click();
  await page.getByRole("button", { name: "Remove webhook", exact: true }).click();
  await page.getByRole("heading", { name: "Nobody is told yet" }).waitFor();
}

async function lookAtDiagnostics(): Promise<void> {
  const { page } = console;
  await console.goTo("Diagnostics");
  await page.getByText("New calls are answered.").waitFor();
  await page.getByText("Nothing waits for you.").waitFor();
  await console.lookInBoth("diagnostics");
}
