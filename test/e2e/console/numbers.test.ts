import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canOpenChromium, ConsolePage } from "../../support/console-page.ts";
import { House } from "../../support/house.ts";

let house: House;
let console: ConsolePage;

beforeEach(async () => {
  house = await House.open();
  console = await ConsolePage.open(house);
  await console.pair(house);
});
afterEach(async () => {
  await console.close();
  await house.close();
});

describe.skipIf(!canOpenChromium)("the numbers of the console", () => {
  test("a number is added, found by the digits one remembers, and removed by its last four", async () => {
    const { page } = console;
    await console.goTo("Numbers");

    await page.getByRole("button", { name: "Add number…" }).click();
    await page.getByRole("textbox", { name: /^Number/ }).fill("+49 30 5550 135");
    await page.getByRole("textbox", { name: "Label", exact: true }).fill("Harbor Hotel");
    await page.getByRole("button", { name: "Add number", exact: true }).click();
    await page.getByRole("dialog", { name: /^\+49/ }).waitFor();
    await page.getByLabel("Filter by number or label").fill("5550 135");

    await expect.poll(() => page.getByRole("row", { name: /^Number / }).count()).toBe(1);
    await console.look("numbers-drawer");
    await page.getByRole("button", { name: "Remove number…" }).click();
    await page.getByLabel(/Type its last four digits/).fill("0135");
    await page.getByRole("button", { name: "Remove number", exact: true }).click();
    await expect.poll(() => page.getByRole("row", { name: /^Number / }).count()).toBe(0);
    expect(JSON.stringify(await house.ask("GET", "/v1/numbers"))).not.toContain("+49305550135");
  });

  test("a key that passes its test is saved, and is nowhere in the page afterwards", async () => {
    const { page } = console;
    const key = "sk-proj-practice-good-12345678";
    await openKeyDialog();

    await typeAndTest(key);
    await page.getByText("A voice session opens").waitFor();
    await console.look("key-dialog-passed");
    await page.getByRole("button", { name: "Save and use" }).click();

    await page.getByText("sk-proj-...5678 pays now").waitFor();
    await page.getByText("$0.10 a minute").first().waitFor();
    expect(await page.content()).not.toContain(key);
  });

  test("each refusal of a key says what is wrong, what to do, and which key is in force", async () => {
    const { page } = console;
    await openKeyDialog();
    for (const [key, sentence] of refusals) {
      await typeAndTest(key);

      const alert = page.getByRole("alert");
      await alert.getByText(sentence).waitFor();
      expect(await alert.textContent()).toContain("Not saved. Calls still use the managed key.");
      expect(await page.getByRole("button", { name: "Save and use" }).isDisabled()).toBe(true);
    }
    await console.look("key-dialog-refused");
    console.expectRefusals(refusals.length);
  });
});

const refusals = [
  ["my key", "This is not the form of an OpenAI project key."],
  ["sk-proj-practice-invalid-12345678", "OpenAI does not know this key."],
  ["sk-proj-practice-nomodel-12345678", "may not use the model"],
  ["sk-proj-practice-noquota-12345678", "has no credit left"],
  ["sk-proj-practice-ratelimited-12345678", "at its rate limit now"],
] as const;

async function typeAndTest(key: string): Promise<void> {
  const { page } = console;
  await page.getByLabel("The customer's own key").check();
  await page.getByRole("textbox", { name: "Key" }).fill(key);
  await page.getByRole("button", { name: "Test key" }).click();
}

async function openKeyDialog(): Promise<void> {
  const { page } = console;
  await console.goTo("Numbers");
  await page
    .getByRole("row", { name: /^Number / })
    .first()
    .click();
  await page.getByRole("button", { name: "Change key…" }).click();
  await page.getByRole("dialog", { name: /^OpenAI key for/ }).waitFor();
}
