// The page as a visitor's browser shows it, at a desk and on a phone, from the running stack.
import { randomBytes } from "node:crypto";
import { expect } from "chai";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { openBrowser, screenshotPath } from "./support/browser.js";
import { makeProject, type TestProject } from "./support/own-project.js";
import { useStack } from "./support/stack.js";

/** From before the event is sent to when the page shows it. */
const seenMsMax = 2_000;
const openMsMax = 15_000;

const screens: Readonly<Record<string, BrowserContextOptions>> = {
  "at a desk": { viewport: { width: 1440, height: 900 } },
  "on a phone": {
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 3,
    isMobile: true,
    hasTouch: true,
  },
};

describe("The page", function () {
  this.timeout(60_000);
  const stack = useStack();
  let browser: Browser;
  let project: TestProject;

  before(async function () {
    this.timeout(400_000);
    browser = await openBrowser(this);
    project = await makeProject(stack.file(), "Page");
  });

  after(() => browser?.close());

  /** Opens the page, does something with it, and keeps a picture of it when that fails. */
  async function withPage(title: string, options: BrowserContextOptions, act: (page: Page) => Promise<void>) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    try {
      await act(page);
      expect(errors, "errors on the page").to.deep.equal([]);
    } catch (error) {
      await page.screenshot({ path: screenshotPath(title), fullPage: true });
      throw error;
    } finally {
      await context.close();
    }
  }

  async function openLive(page: Page): Promise<void> {
    await page.goto(`${stack.file().http}/#key=${project.keys.query}`);
    await page.getByRole("status").getByText("Live", { exact: true }).waitFor({ timeout: openMsMax });
  }

  async function sendOne(): Promise<string> {
    const eventId = `page-${randomBytes(6).toString("hex")}`;
    const { verdicts } = await project.ingest.publishEvents({
      events: [{ eventId, type: "page_test", userId: "ada" }],
    });
    expect(verdicts).to.have.length(1);
    return eventId;
  }

  for (const [name, options] of Object.entries(screens)) {
    it(`shows an event within 2 s of its sending, ${name}`, () =>
      withPage(`page ${name}`, options, async (page) => {
        await openLive(page);
        expect(page.url(), "the key is taken off the address").not.to.contain("key=");
        const began = performance.now();
        const eventId = await sendOne();
        const row = page.locator("tr", { hasText: eventId });
        await row.waitFor({ timeout: openMsMax });
        const seenMs = performance.now() - began;
        console.log(`      seen after ${Math.round(seenMs)} ms`);
        expect(seenMs).to.be.lessThan(seenMsMax);
        await row.getByText("accepted").waitFor();
        // Counted, too: the list of types has it once it is applied.
        const types = page.locator("section", { has: page.getByRole("heading", { name: "Event types" }) });
        await types.getByText("page_test").waitFor({ timeout: openMsMax });
      }));

    it(`fits its screen, ${name}`, () =>
      withPage(`page fits ${name}`, options, async (page) => {
        await openLive(page);
        await sendOne();
        await page.locator("tr", { hasText: "page_test" }).first().waitFor({ timeout: openMsMax });
        // A script as text, since it runs in the page, whose types the tests don't have.
        const overhang = await page.evaluate<number>(
          "document.documentElement.scrollWidth - document.documentElement.clientWidth",
        );
        expect(overhang, "pixels that lie beside the screen").to.equal(0);
      }));
  }

  it("shows every service, and what went wrong with an event", () =>
    withPage("page services", screens["at a desk"] ?? {}, async (page) => {
      await openLive(page);
      for (const { service } of stack.file().services)
        await page.getByText(service, { exact: false }).first().waitFor({ timeout: openMsMax });
      await project.ingest.publishEvents({
        events: [{ eventId: "page-broken", type: "page_test", body: { case: "properties", value: "{" } }],
      });
      const row = page.locator("tr", { hasText: "page-broken" });
      await row.getByText("quarantined").waitFor({ timeout: openMsMax });
    }));

  it("asks for a key, and refuses a wrong one", () =>
    withPage("page key", screens["at a desk"] ?? {}, async (page) => {
      await page.goto(`${stack.file().http}/#key=tl_wrong`);
      await page.getByRole("alert").getByText("not an API key").waitFor({ timeout: openMsMax });
      await page.getByLabel("API key").fill(project.keys.query);
      await page.getByRole("button", { name: "Watch" }).click();
      await page.getByRole("status").getByText("Live", { exact: true }).waitFor({ timeout: openMsMax });
    }));
});
