import { trunkViewSchema } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Carrier, registrar } from "../../support/carrier.ts";
import { canOpenChromium, ConsolePage } from "../../support/console-page.ts";
import { House } from "../../support/house.ts";

let house: House;
let carrier: Carrier;
let console: ConsolePage;

beforeEach(async () => {
  house = await House.open();
  carrier = await Carrier.open();
  console = await ConsolePage.open(house);
  await console.pair(house);
});
afterEach(async () => {
  await console.close();
  await house.close();
  await carrier.close();
});

describe.skipIf(!canOpenChromium)("the console's screen of trunks", () => {
  test("a line that registers is added, tells why it is down, is mended, tested and removed", async () => {
    carrier.answer = registrar("the password", 600);
    const { page } = console;
    await console.goTo("Trunks");
    await console.look("trunks-before");

    await addWithAWrongPassword();
    await page.getByText("The carrier answered 403 to REGISTER: user name or password.").waitFor();
    await console.look("trunks-down");

    await giveTheRightPassword();
    await page.getByText("The trunk is registered.").waitFor();
    await seeItsTestPass();
    await page.emulateMedia({ colorScheme: "dark" });
    await console.look("trunks-dark");
    await page.emulateMedia({ colorScheme: "light" });
    expect(await page.content()).not.toContain("the password");

    await remove();
    expect(await house.ask("GET", "/v1/trunks")).toMatchObject({
      items: expect.not.arrayContaining([
        expect.objectContaining({ name: "Carrier" }) as unknown,
      ]) as unknown,
    });
  });

  test("what the appliance refuses is said at its field, and nothing typed is lost", async () => {
    const { page } = console;
    await console.goTo("Trunks");
    await page.getByRole("button", { name: "Add trunk…" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a trunk" });
    await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("Carrier");
    await dialog.getByRole("textbox", { name: "Servers" }).fill("no host");

    await dialog.getByRole("button", { name: "Add trunk" }).click();
    await dialog.getByText("must be a host name, or an IP address without brackets").waitFor();
    console.expectRefusals(1);
    await console.look("trunks-refused");
    await dialog.getByRole("radio", { name: "Fixed addresses", exact: true }).check();

    expect(await dialog.getByRole("textbox", { name: "Servers" }).inputValue()).toBe("no host");
    await page.keyboard.press("Escape");
  });
});

async function addWithAWrongPassword(): Promise<void> {
  const { page } = console;
  await page.getByRole("button", { name: "Add trunk…" }).click();
  const dialog = page.getByRole("dialog", { name: "Add a trunk" });
  await dialog.getByRole("radio", { name: /^Registers with a user name/ }).check();
  await dialog.getByRole("textbox", { name: "Name", exact: true }).fill("Carrier");
  await dialog.getByRole("textbox", { name: "Servers" }).fill(`127.0.0.1:${String(carrier.port)}`);
  await dialog.getByRole("textbox", { name: "User name" }).fill("alice");
  await dialog.getByLabel("Password", { exact: true }).fill("another password");
  await console.look("trunks-add");
  await dialog.getByRole("button", { name: "Add trunk" }).click();
  await page.getByRole("row", { name: "Trunk Carrier" }).waitFor();
}

async function giveTheRightPassword(): Promise<void> {
  const { page } = console;
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByLabel("Password", { exact: true }).fill("the password");
  await page.getByRole("button", { name: "How numbers are written" }).click();
  await page.getByRole("textbox", { name: "Country code" }).fill("49");
  await page.getByRole("button", { name: "Save trunk" }).click();
  await page.getByText("Saved: in force now.").waitFor();
  const { items } = (await house.ask("GET", "/v1/trunks")) as { items: unknown[] };
  const carriers = items.map((item) => trunkViewSchema.parse(item));
  expect(carriers.find(({ name }) => name === "Carrier")).toMatchObject({
    credentials: { username: "alice", hasPassword: true },
    numberFormat: { countryCode: "49" },
  });
  await page.getByRole("tab", { name: "Status" }).click();
}

async function seeItsTestPass(): Promise<void> {
  const { page } = console;
  await page.getByRole("button", { name: "Test trunk" }).click();
  const told = page.getByRole("status", { name: "Test of the trunk" });
  await told.getByRole("row", { name: /It lets us register Passed/ }).waitFor();
  await console.look("trunks-tested");
}

async function remove(): Promise<void> {
  const { page } = console;
  await page.getByRole("tab", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Remove trunk…" }).click();
  await page.getByRole("button", { name: "Remove trunk", exact: true }).click();
  await page.getByRole("row", { name: "Trunk Carrier" }).waitFor({ state: "detached" });
}
