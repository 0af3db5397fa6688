import path from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canOpenChromium } from "../support/console-page.ts";
import { House } from "../support/house.ts";

const screens = path.resolve(import.meta.dirname, "screens");

let house: House;

beforeAll(async () => {
  house = await House.open();
});
afterAll(async () => {
  await house.close();
});

describe.skipIf(!canOpenChromium)("the page at /docs, in Chromium", () => {
  test("is read and searched by everybody, in light and dark, and loads nothing of others", async () => {
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
    });
    try {
      const page = await (await browser.newContext()).newPage(); // axe wants a context of its own
      const complaints: string[] = [];
      const asked: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("request", (request) => asked.push(new URL(request.url()).pathname));
      await page.goto(`${house.controlPlane.http}/docs?q=byok`); // the whole page takes axe half a minute
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.screenshot({ path: path.join(screens, `docs-${colorScheme}.png`) });
        const { violations } = await new AxeBuilder({ page })
          .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
          .analyze();
        expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
      }
      await page.getByLabel("Search operations").fill("byok save");
      await page.keyboard.press("Enter");
      await page.getByText("SDK: client.numbers.byok.save").waitFor();
      const found = await page.getByRole("status").textContent();
      await page.locator("details").first().click();
      await page.screenshot({ path: path.join(screens, "docs-search.png") });

      expect(Number(found?.split(" ")[0])).toBeLessThan(5);
      expect([...new Set(asked)]).toEqual(["/docs", "/docs/style.css"]);
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
