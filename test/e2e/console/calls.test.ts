import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { canOpenChromium, ConsolePage } from "../../support/console-page.ts";
import { House } from "../../support/house.ts";

// Half a minute of speech: it is still going on when the test interrupts it.
const menu =
  "We have soup of the day, four dishes without meat, fish from the harbour, and bread of our own. ";
const greeting = `Harbour Street Kitchen, good evening. ${menu.repeat(6)}`;

let house: House;
let console: ConsolePage;

beforeEach(async () => {
  house = await House.open({ scenario: { greeting: [{ say: greeting }], turns: [] } });
  console = await ConsolePage.open(house);
  await console.pair(house);
});
afterEach(async () => {
  await console.close();
  await house.close();
});

describe.skipIf(!canOpenChromium)("the calls of the console", () => {
  test("a call is seen from its ringing, read while it is spoken, hung up on, and found again", async () => {
    const { page } = console;
    await console.goTo("Live calls");
    await page.getByText("No call goes on now").waitFor();

    const call = await house.answeredCall({ from: "+14155550142" });
    const row = page.getByRole("row", { name: "Call with +14155550142" });
    await row.getByText("Agent speaks").waitFor();
    await console.lookInBoth("live");
    await row.focus();
    await page.keyboard.press("Enter");

    const transcript = page.getByRole("region", { name: "Transcript" });
    await transcript.getByText("Harbour Street Kitchen").waitFor();
    (await house.practice.whenOpened(0)).interrupt();
    await transcript.getByText("interrupted by the caller").waitFor();
    await console.lookInBoth("call-live");

    await page.getByRole("button", { name: "Hang up…" }).click();
    const question = page.getByRole("dialog", { name: "Hang up on +1 415 555 0142?" });
    await question.waitFor();
    await console.look("call-hang-up");
    await question.getByRole("button", { name: "Hang up", exact: true }).click();
    expect(await call.ended).toEqual({ by: "far-end" });
    await page.getByText("The call was ended through the API or the console.").waitFor();
    await page.getByText("Agent heard by the caller").waitFor();
    await page.getByText("The caller spoke into an answer once").waitFor();
    await transcript.getByText("interrupted by the caller").waitFor();
    await console.lookInBoth("call-ended");

    await page.keyboard.press("Escape");
    await page.getByRole("heading", { name: "Live calls", level: 1 }).waitFor();
    await console.goTo("Calls");
    await page.getByLabel("Caller").fill("415 555");
    await page.getByText("not whole").waitFor();
    await page.getByLabel("Caller").fill("1 (415) 555-0143");
    await page.getByText("No call is shown by these filters").waitFor();
    await page.getByLabel("Caller").fill("1 (415) 555-0142");
    await row.getByText("Completed").waitFor();
    await console.lookInBoth("calls");
    await row.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Call from +1 415 555 0142" }).waitFor();
    await page.keyboard.press("Escape");
    await row.waitFor();
    expect(await page.getByLabel("Caller").inputValue()).toBe("1 (415) 555-0142");

    await page.keyboard.press("Control+k");
    await page.getByRole("textbox", { name: "Go to" }).fill("0142");
    await page.getByRole("button", { name: /Call with/ }).waitFor();
    await console.look("palette");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Call from +1 415 555 0142" }).waitFor();
  });

  test("an ended call stays in its row with its reason, and leaves after ten seconds", async () => {
    const { page } = console;
    await console.goTo("Live calls");
    const call = await house.answeredCall({ from: "+14155550142" });
    const row = page.getByRole("row", { name: "Call with +14155550142" });
    await row.waitFor();

    await call.hangUp();

    await row.getByText("The caller hung up.").waitFor();
    await console.look("live-ended");
    await row.waitFor({ state: "detached" });
    await page.getByText("No call goes on now").waitFor();
  });
});
