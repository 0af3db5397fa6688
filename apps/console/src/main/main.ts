import { createWriteStream } from "node:fs";
import { hostname, userInfo } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { systemClock, systemRandom } from "@agentcall/base";
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  protocol,
  safeStorage,
  session,
  shell,
} from "electron";
import type { SaveOutcome } from "../shared/bridge.ts";
import { bridgeHandlers } from "./bridge-handlers.ts";
import { consoleHandler } from "./console-handler.ts";
import { pairingRouteOf, parseDeepLink } from "./deep-link.ts";
import { registerIpc } from "./ipc.ts";
import { PairedAppliances } from "./paired-appliances.ts";
import { bundleIn } from "./renderer-bundle.ts";
import { safeTokenFile } from "./safe-token-file.ts";
import {
  consoleBase,
  consoleOrigin,
  consoleScheme,
  lockSession,
  lockWindows,
  schemePrivileges,
  windowOptions,
} from "./window-policy.ts";

// The wiring of the desktop application: everything it does is decided in files that a test can run.

const folder = import.meta.dirname;
const deepLinkScheme = "agentcall";

app.enableSandbox();
protocol.registerSchemesAsPrivileged([{ scheme: consoleScheme, privileges: schemePrivileges }]);
lockWindows(app, (url) => {
  void shell.openExternal(url);
});

if (app.requestSingleInstanceLock()) {
  app.setAsDefaultProtocolClient(deepLinkScheme);
  await app.whenReady();
  await open();
} else {
  app.quit();
}

async function open(): Promise<void> {
  const random = systemRandom();
  const clock = systemClock();
  const tokenFile = path.join(app.getPath("userData"), "appliances.sealed");
  const appliances = await PairedAppliances.open(safeTokenFile(tokenFile, safeStorage), random);
  const handle = consoleHandler({
    bundle: bundleIn(path.join(folder, "../renderer")),
    selected: () => appliances.selected(),
    basePath: consoleBase,
    random,
  });
  lockSession(session.defaultSession);
  protocol.handle(consoleScheme, handle);
  const handlers = bridgeHandlers({
    appliances,
    appInfo: {
      version: app.getVersion(),
      platform: process.platform,
      shell: "electron",
      suggestedAddress: null,
    },
    consoleName: `${userInfo().username} on ${hostname()}`,
    saveAs,
    clock,
  });
  registerIpc(ipcMain, handlers, consoleOrigin);
  const window = new BrowserWindow(windowOptions(path.join(folder, "../preload/preload.cjs")));
  window.once("ready-to-show", () => {
    window.show();
  });
  app.on("second-instance", (_, commandLine) => {
    follow(window, commandLine.at(-1) ?? "");
  });
  app.on("open-url", (event, url) => {
    event.preventDefault();
    follow(window, url);
  });
  app.on("window-all-closed", () => {
    appliances.close();
    app.quit();
  });
  const link = parseDeepLink(process.argv.at(-1) ?? "");
  await window.loadURL(`${consoleOrigin}/${link === null ? "" : pairingRouteOf(link)}`);
}

/** A link brings the window to the front and fills the form; it does nothing by itself. */
function follow(window: BrowserWindow, text: string): void {
  if (window.isMinimized()) window.restore();
  window.focus();
  const link = parseDeepLink(text);
  if (link !== null) void window.loadURL(`${consoleOrigin}/${pairingRouteOf(link)}`);
}

async function saveAs(
  suggestedName: string,
  content: ReadableStream<Uint8Array>,
): Promise<SaveOutcome> {
  const { canceled, filePath } = await dialog.showSaveDialog({ defaultPath: suggestedName });
  if (canceled || filePath === "") {
    await content.cancel();
    return { kind: "cancelled" };
  }
  // The web's stream and Node's own type of it do not know each other.
  const bytes = Readable.fromWeb(content as Parameters<typeof Readable.fromWeb>[0]);
  await pipeline(bytes, createWriteStream(filePath, { mode: 0o600 }));
  return { kind: "saved" };
}
