import { readFileSync } from "node:fs";
import path from "node:path";
import type { App, Session } from "electron";
import { beforeEach, describe, expect, test } from "vitest";
import { handlerOf, listenerOf, recorder, type Recorder } from "../testing/recording-electron.ts";
import {
  applicationMenu,
  consoleOrigin,
  lockSession,
  lockWindows,
  schemePrivileges,
  windowOptions,
} from "./window-policy.ts";

let electron: Recorder;

beforeEach(() => {
  electron = recorder();
});

describe("a window", () => {
  test("has no Node, is a sandbox, and keeps every protection of the web (S1, S16)", () => {
    expect(windowOptions("/preload.cjs").webPreferences).toEqual({
      preload: "/preload.cjs",
      contextIsolation: true,
      sandbox: true,
      webSecurity: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webviewTag: false,
      experimentalFeatures: false,
      allowRunningInsecureContent: false,
      disableBlinkFeatures: "Auxclick",
      spellcheck: false,
      devTools: false,
    });
  });

  test("shows a page of a secure scheme that its CSP holds for (S4)", () => {
    expect(schemePrivileges).toEqual({
      standard: true,
      secure: true,
      supportFetchAPI: true,
      stream: true,
      bypassCSP: false,
      corsEnabled: false,
    });
  });

  test("is started by no script with a port for debuggers (S16)", () => {
    const root = path.resolve(import.meta.dirname, "../../../..");
    for (const file of ["package.json", "apps/console/package.json", "installer/plan.mjs"]) {
      expect(readFileSync(path.join(root, file), "utf8"), file).not.toMatch(
        /--(inspect|remote-debugging)/,
      );
    }
  });

  test.each(["darwin", "linux", "win32"] as const)(
    "has a menu on %s without developer tools or links to the web (S16)",
    (platform) => {
      const menu = JSON.stringify(applicationMenu(platform));

      expect(menu).toContain("editMenu");
      expect(menu).not.toMatch(/toggleDevTools|reload|viewMenu|help/i);
    },
  );
});

describe("the locks of every window", () => {
  test.each([
    ["our own page", `${consoleOrigin}/#/numbers`, false],
    ["a page of the web", "https://evil.example/", true],
    ["an origin that begins as ours", "console://app.evil.example/", true],
    ["our origin as a user's name", "https://console:app@evil.example/", true],
    ["a file", "file:///etc/passwd", true],
    ["a script", "javascript:alert(1)", true],
    ["data", "data:text/html,x", true],
    ["nothing", "", true],
  ])("going to %s", (_what, url, isPrevented) => {
    const { contents } = openWindow();

    for (const event of ["will-navigate", "will-redirect", "will-frame-navigate"]) {
      let prevented = false;
      listenerOf(
        contents,
        "contents.on",
        event,
      )({
        url,
        preventDefault() {
          prevented = true;
        },
      });
      expect(prevented, `${event} (S6)`).toBe(isPrevented);
    }
  });

  test("attach no webview (S6)", () => {
    const { contents } = openWindow();
    let isPrevented = false;

    listenerOf(
      contents,
      "contents.on",
      "will-attach-webview",
    )({
      preventDefault() {
        isPrevented = true;
      },
    });

    expect(isPrevented).toBe(true);
  });

  test.each([
    ["https://platform.openai.com/settings", true],
    ["https://drachtio.org/docs", true],
    ["http://platform.openai.com/settings", false],
    ["https://platform.openai.com.evil.example/", false],
    ["https://evil.example/platform.openai.com", false],
    ["https://platform.openai.com@evil.example/", false],
    ["https://user:secret@platform.openai.com/", false],
    ["https://platform.openai.com:8443/", false],
    ["file:///etc/passwd", false],
    ["javascript:alert(1)", false],
    ["agentcall://pair?address=box.example", false],
    ["", false],
  ])("open no window, and %j outside: %j (S6)", (url, isOpened) => {
    const { contents, opened } = openWindow();

    const outcome = handlerOf(contents, "contents.setWindowOpenHandler")({ url });

    expect(outcome).toEqual({ action: "deny" });
    expect(opened).toEqual(isOpened ? [url] : []);
  });
});

describe("the locks of the session", () => {
  const page = { requestingUrl: `${consoleOrigin}/`, isMainFrame: true };

  test.each([
    ["media", { ...page, mediaTypes: ["audio"] }, true],
    ["media", { ...page, mediaTypes: ["audio", "video"] }, false],
    ["media", { ...page, mediaTypes: [] }, false],
    ["media", { ...page, mediaTypes: ["audio"], isMainFrame: false }, false],
    ["media", { ...page, mediaTypes: ["audio"], requestingUrl: "https://evil.example/" }, false],
    ["clipboard-sanitized-write", page, true],
    ["clipboard-read", page, false],
    ["notifications", page, false],
    ["geolocation", page, false],
    ["fullscreen", page, false],
    ["openExternal", page, false],
    ["display-capture", page, false],
    ["usb", page, false],
  ])("a request for %s with %j is answered %j (S7)", (permission, details, isGiven) => {
    lock();
    const answers: unknown[] = [];

    handlerOf(electron, "session.setPermissionRequestHandler")(
      null,
      permission,
      (answer: unknown) => answers.push(answer),
      details,
    );

    expect(answers).toEqual([isGiven]);
  });

  test.each([
    ["media", `${consoleOrigin}/`, "audio", true],
    ["media", `${consoleOrigin}/`, "video", false],
    ["media", "https://evil.example", "audio", false],
    ["clipboard-sanitized-write", `${consoleOrigin}/`, undefined, true],
    ["notifications", `${consoleOrigin}/`, undefined, false],
    ["hid", `${consoleOrigin}/`, undefined, false],
  ])("a look at %s of %j (%j) is answered %j (S7)", (permission, origin, mediaType, isGiven) => {
    lock();

    const check = handlerOf(electron, "session.setPermissionCheckHandler");

    expect(check(null, permission, origin, { mediaType })).toBe(isGiven);
  });

  test("give no device (S7)", () => {
    lock();

    expect(handlerOf(electron, "session.setDevicePermissionHandler")({})).toBe(false);
  });

  test("have no network: every certificate and every foreign request is refused (S14)", () => {
    lock();
    const answers: unknown[] = [];
    const keep = (answer: unknown): number => answers.push(answer);

    handlerOf(electron, "session.setCertificateVerifyProc")({}, keep);
    const request = handlerOf(electron, "webRequest.onBeforeRequest");
    for (const url of [
      `${consoleOrigin}/api/v1/numbers`,
      "https://evil.example/",
      "http://127.0.0.1:8080/",
      "ws://127.0.0.1/",
      "file:///etc/passwd",
      "console://other/",
    ])
      request({ url }, keep);

    const refused = { cancel: true };
    expect(answers).toEqual([-2, { cancel: false }, refused, refused, refused, refused, refused]);
  });
});

function openWindow(): { contents: Recorder; opened: string[] } {
  const opened: string[] = [];
  // Stands for Electron's: only what is called of it is there.
  lockWindows(electron.object("app") as App, (url) => {
    opened.push(url);
  });
  const contents = recorder();
  listenerOf(electron, "app.on", "web-contents-created")({}, contents.object("contents"));
  return { contents, opened };
}

function lock(): void {
  const webRequest = electron.object("webRequest");
  lockSession(electron.object("session", { webRequest }) as Session);
}
