import { hostname, userInfo } from "node:os";
import path from "node:path";
import { systemClock, systemRandom } from "@agentcall/base";
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  protocol,
  safeStorage,
  session,
  shell,
} from "electron";
import { bridgeHandlers } from "./bridge-handlers.ts";
import { consoleHandler } from "./console-handler.ts";
import { type DeepLink, pairingRouteOf, parseDeepLink, parseDeepLinkAmong } from "./deep-link.ts";
import { registerIpc } from "./ipc.ts";
import { PairedAppliances } from "./paired-appliances.ts";
import { bundleIn } from "./renderer-bundle.ts";
import { saveAs } from "./save-as.ts";
import { safeTokenFile } from "./safe-token-file.ts";
import {
  applicationMenu,
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
  // macOS tells the link that starts us before we are ready: it waits for the window.
  let first = parseDeepLinkAmong(process.argv);
  let window: BrowserWindow | null = null;
  app.on("open-url", (event, url) => {
    event.preventDefault();
    const link = parseDeepLink(url);
    if (window === null) first = link ?? first;
    else follow(window, link);
  });
  app.on("second-instance", (_, commandLine) => {
    if (window !== null) follow(window, parseDeepLinkAmong(commandLine));
  });
  await app.whenReady();
  window = await open();
  await window.loadURL(addressOf(first));
} else {
  app.quit();
}

async function open(): Promise<BrowserWindow> {
  const random = systemRandom();
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
  Menu.setApplicationMenu(Menu.buildFromTemplate(applicationMenu(process.platform)));
  const handlers = bridgeHandlers({
    appliances,
    appInfo: {
      version: app.getVersion(),
      platform: process.platform,
      shell: "electron",
      suggestedAddress: null,
    },
    consoleName: `${userInfo().username} on ${hostname()}`,
    saveAs: saveAs(dialog),
    clock: systemClock(),
  });
  registerIpc(ipcMain, handlers, consoleOrigin);
  const window = new BrowserWindow(windowOptions(path.join(folder, "../preload/preload.cjs")));
  window.once("ready-to-show", () => {
    window.show();
  });
  app.on("window-all-closed", () => {
    appliances.close();
    app.quit();
  });
  return window;
}

/** A link brings the window to the front and fills the form; it does nothing by itself. */
function follow(window: BrowserWindow, link: DeepLink | null): void {
  if (window.isMinimized()) window.restore();
  window.focus();
  if (link !== null) void window.loadURL(addressOf(link));
}

function addressOf(link: DeepLink | null): string {
  return `${consoleOrigin}/${link === null ? "" : pairingRouteOf(link)}`;
}
