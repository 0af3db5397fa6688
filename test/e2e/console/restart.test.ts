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

describe.skipIf(!canOpenChromium)("the console while the appliance restarts", () => {
  test("shows what it has, clearly old, loses no unsaved form, and comes back by itself", async () => {
    const { page } = console;
    await console.goTo("Numbers");
    await page.getByText("+1 415 555 0100").click();
    const prompt = page.getByRole("textbox", { name: "Prompt" });
    await prompt.fill("You answer for the harbour.");

    await house.restartControlPlane(async () => {
      await page.getByText(/^Shown as of/).waitFor();
      await page.getByRole("button", { name: "Save for next call" }).click();
      await page.getByText("The agent was not saved.").waitFor();
      expect(await prompt.inputValue()).toBe("You answer for the harbour.");
      await console.look("stale");
    });
    await page.getByText(/^Shown as of/).waitFor({ state: "detached" });
    expect(await prompt.inputValue()).toBe("You answer for the harbour.");
    await page.getByRole("button", { name: "Save for next call" }).click();
    await page.getByText("Saved: in force from the next call.").waitFor();

    console.forgetRefusals();
    const { items } = (await house.ask("GET", "/v1/numbers")) as {
      items: { inbound: { systemPrompt: string } | null }[];
    };
    expect(items[0]?.inbound?.systemPrompt).toBe("You answer for the harbour.");
  });
});
