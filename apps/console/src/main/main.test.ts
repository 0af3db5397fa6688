import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bridgeChannels, ipcNameOf } from "../shared/bridge-channels.ts";
import { listenerOf, recorder, type Recorder } from "../testing/recording-electron.ts";

// The whole of main.ts, with every object of Electron replaced by one that keeps what was called.

let electron: Recorder;
let folder: string;
let isFirst: boolean;
const given = process.argv;

beforeEach(() => {
  electron = recorder();
  folder = mkdtempSync(path.join(tmpdir(), "agentcall-main-"));
  isFirst = true;
  process.argv = ["electron", "."];
});
afterEach(() => {
  process.argv = given;
  vi.doUnmock("electron");
  rmSync(folder, { recursive: true });
});

describe("the desktop application", () => {
  test("sets every lock before its first page is loaded (S8)", async () => {
    await boot();

    const order = electron.calls.map(({ name }) => name);
    const loadedAt = order.indexOf("window.loadURL");
    expect(loadedAt).toBeGreaterThan(0);
    for (const lock of [
      "app.enableSandbox",
      "protocol.registerSchemesAsPrivileged",
      "app.on", // web-contents-created
      "app.requestSingleInstanceLock",
      "session.setPermissionRequestHandler",
      "session.setPermissionCheckHandler",
      "session.setDevicePermissionHandler",
      "session.setCertificateVerifyProc",
      "webRequest.onBeforeRequest",
      "protocol.handle",
      "Menu.setApplicationMenu",
      "ipcMain.handle",
    ]) {
      expect(order, lock).toContain(lock);
      expect(order.indexOf(lock), lock).toBeLessThan(loadedAt);
    }
    expect(order.filter((name) => name === "window.loadURL")).toHaveLength(1);
  });

  test("makes its scheme and its sandbox before Electron is ready (S1, S4, S8)", async () => {
    await boot();

    const order = electron.calls.map(({ name }) => name);
    const readyAt = order.indexOf("app.whenReady");
    for (const early of ["app.enableSandbox", "protocol.registerSchemesAsPrivileged"]) {
      expect(order.indexOf(early), early).toBeLessThan(readyAt);
    }
    expect(electron.given("app.on").map(([event]) => event)).toContain("web-contents-created");
    expect(electron.given("protocol.registerSchemesAsPrivileged")[0]?.[0]).toMatchObject([
      { scheme: "console", privileges: { standard: true, secure: true, bypassCSP: false } },
    ]);
  });

  test("locks a window of any kind, also one that is made later (S8)", async () => {
    await boot();
    const later = recorder();

    listenerOf(electron, "app.on", "web-contents-created")({}, later.object("contents"));

    expect(later.calls.map(({ name }) => name)).toContain("contents.setWindowOpenHandler");
  });

  test("opens one window, sandboxed, at its own page and never at a file (S1, S4)", async () => {
    await boot();

    expect(electron.given("BrowserWindow")).toMatchObject([
      [{ webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false } }],
    ]);
    expect(electron.given("window.loadURL")).toEqual([["console://app/"]]);
    expect(electron.given("protocol.handle")[0]?.[0]).toBe("console");
  });

  test("answers the bridge's channels and no other (S3)", async () => {
    await boot();

    expect(electron.given("ipcMain.handle").map(([name]) => name)).toEqual(
      bridgeChannels.map(ipcNameOf),
    );
    expect(electron.given("ipcMain.on")).toEqual([]);
  });

  test("a second one leaves at once, and opens nothing (S17)", async () => {
    isFirst = false;

    await boot();

    const order = electron.calls.map(({ name }) => name);
    expect(order).toContain("app.quit");
    expect(order).not.toContain("BrowserWindow");
    expect(order).not.toContain("ipcMain.handle");
  });

  test("a link fills the pairing form, at the start and later, and does nothing else (S17)", async () => {
    process.argv = ["electron", ".", link("berlin")];
    await boot();

    listenerOf(electron, "app.on", "second-instance")({}, ["electron", link("lisbon"), "--flag"]);
    listenerOf(electron, "app.on", "open-url")({ preventDefault: vi.fn() }, link("oslo"));
    listenerOf(electron, "app.on", "second-instance")({}, ["electron", "https://evil.example/"]);

    expect(electron.given("window.loadURL").flat()).toEqual(
      ["berlin", "lisbon", "oslo"].map(
        (name) => `console://app/#/pair?address=https%3A%2F%2F${name}.example%3A8443`,
      ),
    );
    expect(electron.given("shell.openExternal")).toEqual([]);
  });

  test("a link that came before the window waits for it (S17)", async () => {
    const early = { preventDefault: vi.fn() };

    await boot(() => {
      listenerOf(electron, "app.on", "open-url")(early, link("berlin"));
    });

    expect(early.preventDefault).toHaveBeenCalledOnce();
    expect(electron.given("window.loadURL").flat()).toEqual([
      "console://app/#/pair?address=https%3A%2F%2Fberlin.example%3A8443",
    ]);
  });
});

function link(name: string): string {
  return `agentcall://pair?address=${name}.example`;
}

async function boot(beforeReady: () => void = () => undefined): Promise<void> {
  vi.resetModules();
  vi.doMock("electron", () => fakeElectron(beforeReady));
  await import("./main.ts");
}

function fakeElectron(beforeReady: () => void): Record<string, unknown> {
  const window = electron.object("window", { isMinimized: () => true });
  return {
    app: electron.object("app", {
      requestSingleInstanceLock: () => isFirst,
      whenReady() {
        beforeReady();
        return Promise.resolve();
      },
      getPath: () => folder,
      getVersion: () => "0.0.0",
    }),
    BrowserWindow: recordedClass(window),
    dialog: electron.object("dialog"),
    ipcMain: electron.object("ipcMain"),
    Menu: electron.object("Menu", { buildFromTemplate: (template: unknown) => template }),
    protocol: electron.object("protocol"),
    safeStorage: electron.object("safeStorage"),
    session: {
      defaultSession: electron.object("session", { webRequest: electron.object("webRequest") }),
    },
    shell: electron.object("shell"),
  };
}

/** `new` of a function that returns an object gives that object. */
function recordedClass(made: object): object {
  return new Proxy(Object, {
    construct(_, given: unknown[]) {
      electron.keep("BrowserWindow", given);
      return made;
    },
  });
}
