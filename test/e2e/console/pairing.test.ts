import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canOpenChromium, ConsolePage } from "../../support/console-page.ts";
import { House } from "../../support/house.ts";

let house: House;
let console: ConsolePage;

beforeEach(async () => {
  house = await House.open();
  console = await ConsolePage.open(house);
});
afterEach(async () => {
  await console.close();
  await house.close();
});

describe.skipIf(!canOpenChromium)("pairing a console", () => {
  test("a right code shows the overview, where a call is told while it goes on", async () => {
    await console.look("pair");
    await console.pair(house);

    const call = await house.answeredCall();

    const live = console.page.getByRole("region", { name: "Live calls" });
    await live.getByText("In conversation").waitFor();
    await console.look("overview");
    await call.hangUp();
    await live.getByText("No call goes on now.").waitFor();
    await console.page.getByText("The caller hung up.").waitFor();
  });

  test("over HTTPS both sides show the same words, and the console stays on that certificate", async () => {
    const { page } = console;
    const { code, fingerprintWords } = await house.pairing();
    await page.getByLabel("Address").fill(house.controlPlane.https ?? "");
    await page.getByRole("button", { name: "Look who is there" }).click();

    const shown = page.getByRole("status").filter({ hasText: "Compare these words" });
    await shown.waitFor();
    await console.look("pair-https");
    const words = await shown.textContent();
    await page.getByLabel("One-time code").fill(code);
    await page.getByRole("button", { name: "Pair", exact: true }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();

    for (const word of fingerprintWords ?? ["none"]) expect(words).toContain(word);
    await page.getByText(/, connected/).waitFor();
  });

  test("three wrong codes are told, and then that one has to wait", async () => {
    const { page } = console;
    await page.getByRole("button", { name: "Look who is there" }).click();
    for (const sentence of [
      /wrong, used up or too old/,
      /wrong, used up/,
      /try again in 60 seconds/,
    ]) {
      await page.getByLabel("One-time code").fill("2222-2222");
      await page.getByRole("button", { name: "Pair", exact: true }).click();
      await page.getByText(sentence).waitFor();
    }

    expect(await page.getByRole("heading", { name: "Overview" }).count()).toBe(0);
  });
});
