import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hasEnded } from "../../support/audio.ts";
import { canOpenChromium, ConsolePage } from "../../support/console-page.ts";
import { eventually } from "../../support/eventually.ts";
import { House } from "../../support/house.ts";
import { bundledQuestion } from "../../support/question.ts";

// One call in which the caller tells a name and leaves a wish; the console then shows what came of it.

const caller = "+14155550142";
const scenario = {
  greeting: [{ say: "Harbour Street Kitchen." }],
  turns: [
    {
      caller: "This is Ada Miller, please call me back before noon.",
      agent: { say: "We will." },
    },
  ],
  extractions: [
    {
      when: "Ada Miller",
      give: {
        summary: "Ada Miller wants to be called back before noon.",
        callerName: "Ada Miller",
        intent: "general_inquiry",
        urgency: "high",
        callbackBy: "before noon",
        spam: false,
        entities: [],
        facts: [
          { slot: "name", text: "Ada Miller", confidence: 0.95, quote: "This is Ada Miller" },
        ],
        preferences: [],
        decisions: [],
        commitments: [],
        tasks: [],
        risks: [],
        unresolved: [],
        nextCallContext: "Ada Miller asked to be called back before noon.",
        ownerBrief: "Call Ada Miller back before noon.",
      },
    },
  ],
};

let house: House;
let console: ConsolePage;

beforeEach(async () => {
  house = await House.open({ scenario });
  console = await ConsolePage.open(house);
  await console.pair(house);
});
afterEach(async () => {
  await console.close();
  await house.close();
});

describe.skipIf(!canOpenChromium)("the console's screens of callers", () => {
  test("a brief is seen and done; a caller's memory is read, corrected, deleted, and all of it forgotten", async () => {
    await aCallOfAda();

    await seeTheBrief();
    await readTheMemory();
    await correctAndDelete();
    await nameTheContact();
    await forget();
  });
});

async function aCallOfAda(): Promise<void> {
  const call = await house.answeredCall({ from: caller });
  await eventually("the greeting was heard", () => hasEnded(call.audio.heard?.samples, 700, 800));
  const from = call.audio.heard?.samples.length ?? 0;
  await call.audio.play(bundledQuestion());
  await eventually("the answer was heard", () =>
    hasEnded(call.audio.heard?.samples.subarray(from), 400, 800),
  );
  await call.hangUp();
  await house.ended(call);
}

async function seeTheBrief(): Promise<void> {
  const { page } = console;
  await console.goTo("Briefs");
  const brief = page.getByRole("article", { name: /Call Ada Miller back/ });
  await brief.getByText("Urgent").waitFor();
  await console.lookInBoth("briefs");
  await brief.getByRole("button", { name: "Seen" }).click();
  await page.getByText("Nothing to look at").waitFor();
  await page.getByText("Seen", { exact: true }).click();
  await brief.getByRole("button", { name: "Done" }).click();
  await expect
    .poll(() => house.ask("GET", "/v1/briefs?status=resolved"))
    .toMatchObject({ items: [{ text: "Call Ada Miller back before noon." }] });
}

async function readTheMemory(): Promise<void> {
  const { page } = console;
  await console.goTo("Contacts");
  await page.getByRole("textbox", { name: "Name or number" }).fill("415 555 0142");
  await page.getByRole("row", { name: /^Contact/ }).click();
  await page.getByText("“This is Ada Miller”").waitFor();
  await page.getByRole("button", { name: "Its history" }).click();
  await page.getByText("Remembered", { exact: true }).waitFor();
  await console.lookInBoth("contact-memory");
}

async function correctAndDelete(): Promise<void> {
  const { page } = console;
  await page.getByRole("button", { name: "Correct…" }).click();
  await page.getByRole("textbox", { name: "What is remembered" }).fill("Ada Miller-Byron");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("the owner's word").waitFor();
  await page.getByRole("button", { name: "Delete…" }).click();
  await page.getByRole("button", { name: "Delete memory" }).click();
  await page.getByText("Nothing yet.").waitFor();
}

async function nameTheContact(): Promise<void> {
  const { page } = console;
  await page.getByRole("tab", { name: "Contact" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Ada of the mill");
  await console.look("contact-form");
  await page.getByRole("button", { name: "Save contact" }).click();
  await page.getByRole("row", { name: "Contact Ada of the mill" }).waitFor();
}

async function forget(): Promise<void> {
  const { page } = console;
  await page.getByRole("button", { name: "Forget this caller…" }).click();
  const question = page.getByRole("dialog", { name: "Forget Ada of the mill?" });
  await question.getByRole("textbox").fill("0142");
  await console.look("contact-forget");
  await question.getByRole("button", { name: "Forget caller" }).click();
  await page.getByText("+1 415 555 0142 is forgotten.").waitFor();
  const { status } = await house.request(
    "GET",
    `/v1/contacts/by-phone/${encodeURIComponent(caller)}`,
  );
  const current = (await house.ask("GET", "/v1/briefs")) as { items: unknown[] };
  expect({ status, briefs: current.items }).toEqual({ status: 404, briefs: [] });
}
