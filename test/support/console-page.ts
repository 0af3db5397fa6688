import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Closers, silentLog, systemClock, systemRandom } from "@agentcall/base";
import { type BrowserConsole, startBrowserConsole } from "@agentcall/console";
import { AxeBuilder } from "@axe-core/playwright";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import type { House } from "./house.ts";

const root = path.resolve(import.meta.dirname, "../..");
const rendererDir = path.join(root, "apps/console/out/renderer");
const screens = path.join(root, "test/e2e/screens");
const chromiumPath = "/usr/bin/chromium";
/**
 * Debian's Chromium is what a fresh machine may lack: in continuous integration the tests run and
 * fail without it. Elsewhere they are shown as skipped.
 */
export const canOpenChromium = process.env["CI"] === "true" || existsSync(chromiumPath);

const viewport = { width: 1_280, height: 800 };

/** Chromium's own habits that would look for hosts of the internet, each switched off. */
const quietFlags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];

/** The console as its user sees it: the built page in real Chromium, in front of a real appliance. */
export class ConsolePage {
  readonly page: Page;
  readonly console: BrowserConsole;
  /** What the browser complained of: a test ends with none. */
  readonly complaints: string[] = [];
  readonly #closers: Closers;

  private constructor(page: Page, console: BrowserConsole, closers: Closers) {
    this.page = page;
    this.console = console;
    this.#closers = closers;
    page.on("pageerror", (error) => this.complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
  }

  /** Builds the page where its sources are newer, and opens it unpaired. */
  static async open(
    house: House,
    options: { readonly colorScheme?: "light" | "dark" } = {},
  ): Promise<ConsolePage> {
    buildPage();
    const closers = new Closers();
    const console = await startBrowserConsole({
      port: 0,
      rendererDir,
      suggestedAddress: house.controlPlane.http,
      clock: systemClock(),
      random: systemRandom(),
      log: silentLog,
    });
    closers.add("the console", () => console.close());
    const profile = mkdtempSync(path.join(tmpdir(), "agentcall-chromium-"));
    closers.add("the profile", () => {
      rmSync(profile, { recursive: true, force: true });
    });
    const browser: BrowserContext = await chromium.launchPersistentContext(profile, {
      executablePath: chromiumPath,
      args: quietFlags,
      viewport,
      colorScheme: options.colorScheme ?? "light",
      reducedMotion: "reduce",
    });
    closers.add("Chromium", () => browser.close());
    const page = browser.pages()[0] ?? (await browser.newPage());
    const opened = new ConsolePage(page, console, closers);
    await page.goto(console.url);
    return opened;
  }

  /** Goes the way of a new admin: address, code, paired. */
  async pair(house: House): Promise<void> {
    const { code } = await house.pairing();
    await this.page.getByRole("button", { name: "Look who is there" }).click();
    await this.page.getByLabel("One-time code").fill(code);
    await this.page.getByRole("button", { name: "Pair", exact: true }).click();
    await this.page.getByRole("heading", { name: "Overview" }).waitFor();
  }

  /** Opens a screen by its link in the sidebar. */
  async goTo(label: string): Promise<void> {
    const sidebar = this.page.getByRole("navigation", { name: "Screens" });
    await sidebar.getByRole("link", { name: label, exact: true }).click();
    await this.page.getByRole("heading", { name: label, level: 1 }).waitFor();
  }

  /**
   * A picture of what is seen, for a person to look at (`test/e2e/screens/<name>.png`), and what
   * axe finds wrong with it by WCAG 2.2 AA: nothing.
   */
  async look(name: string): Promise<void> {
    await this.page.screenshot({ path: path.join(screens, `${name}.png`) });
    const { violations } = await new AxeBuilder({ page: this.page })
      .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
      .analyze();
    expect(
      violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })),
      name,
    ).toEqual([]);
  }

  /** The same in light and in dark. */
  async lookInBoth(name: string): Promise<void> {
    await this.look(name);
    await this.page.getByRole("button", { name: "Use dark colours" }).click();
    await this.look(`${name}-dark`);
    await this.page.getByRole("button", { name: "Use light colours" }).click();
  }

  /** Takes back the browser's complaints of so many answers that a test provoked. */
  expectRefusals(count: number): void {
    const refusals = this.complaints.filter((text) => text.startsWith("Failed to load resource"));
    expect(refusals).toHaveLength(count);
    for (const refusal of refusals) this.complaints.splice(this.complaints.indexOf(refusal), 1);
  }

  /** Takes back all of them: how often a page asks an appliance that is away is chance. */
  forgetRefusals(): void {
    for (const text of this.complaints.filter((each) => each.startsWith("Failed to load"))) {
      this.complaints.splice(this.complaints.indexOf(text), 1);
    }
  }

  /** Closes everything, and asserts that the browser had nothing to complain of. */
  async close(): Promise<void> {
    await this.#closers.close();
    expect(this.complaints).toEqual([]);
  }
}

function buildPage(): void {
  const built = spawnSync(
    process.execPath,
    [path.join(root, "apps/console/build.ts"), "--if-stale", "renderer"],
    { encoding: "utf8" },
  );
  if (built.status !== 0) throw new Error(`the page could not be built: ${built.stderr}`);
}
