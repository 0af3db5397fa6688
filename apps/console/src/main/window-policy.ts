import type {
  App,
  BrowserWindowConstructorOptions,
  MenuItemConstructorOptions,
  Session,
  WebContents,
} from "electron";
import { originOf } from "./ipc.ts";

// What a window of the console may do: show our page. https://www.electronjs.org/docs/latest/tutorial/security

/** The scheme of the page, and its one host. */
export const consoleScheme = "console";
export const consoleOrigin = `${consoleScheme}://app`;
export const consoleBase = "/";

/** A page of a custom scheme that behaves as one of the web: secure, with fetch and streams, and under its CSP. */
export const schemePrivileges = {
  standard: true,
  secure: true,
  supportFetchAPI: true,
  stream: true,
  bypassCSP: false,
  corsEnabled: false,
} as const;

/** Every switch is spelled, so that no default can change under us. */
export function windowOptions(preloadFile: string): BrowserWindowConstructorOptions {
  return {
    width: 1_360,
    height: 860,
    minWidth: 960,
    minHeight: 600,
    show: false,
    title: "AgentCall",
    webPreferences: {
      preload: preloadFile,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      nodeIntegrationInWorker: false,
      webSecurity: true,
      webviewTag: false,
      experimentalFeatures: false,
      allowRunningInsecureContent: false,
      disableBlinkFeatures: "Auxclick",
      spellcheck: false,
      devTools: false,
    },
  };
}

/** Hosts that may be opened in the admin's own browser. */
const linkedHosts: ReadonlySet<string> = new Set(["platform.openai.com", "drachtio.org"]);

/** Only https, only to a host of the list, and without a name or password in it. */
function mayOpenOutside(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, password, port } = new URL(url);
  return (
    protocol === "https:" &&
    username === "" &&
    password === "" &&
    port === "" &&
    linkedHosts.has(hostname)
  );
}

/** Locks that hold for every window there is or will be. Set before the first page is loaded. */
export function lockWindows(app: App, openOutside: (url: string) => void): void {
  app.on("web-contents-created", (_, contents) => {
    lockContents(contents, openOutside);
  });
}

function lockContents(contents: WebContents, openOutside: (url: string) => void): void {
  const stay = (event: { preventDefault(): void; readonly url: string }): void => {
    if (originOf(event.url) !== consoleOrigin) event.preventDefault();
  };
  contents.on("will-navigate", stay);
  contents.on("will-redirect", stay);
  contents.on("will-frame-navigate", stay);
  contents.on("will-attach-webview", (event) => {
    event.preventDefault();
  });
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) openOutside(url);
    return { action: "deny" };
  });
}

/**
 * The page asks the handler for everything, so its session needs no network at all: no certificate
 * and no request but of our own scheme. Two permissions are given, to our own page only: the
 * microphone (the test call) and writing to the clipboard (the copy buttons).
 */
export function lockSession(session: Session): void {
  session.setPermissionRequestHandler((_, permission, decide, details) => {
    const isOurs = originOf(details.requestingUrl) === consoleOrigin && details.isMainFrame;
    const kinds = "mediaTypes" in details ? (details.mediaTypes ?? []) : [];
    const isMicrophone = kinds.length > 0 && kinds.every((kind) => kind === "audio");
    decide(isOurs && mayUse(permission, isMicrophone));
  });
  session.setPermissionCheckHandler(
    (_, permission, requestingOrigin, details) =>
      originOf(requestingOrigin) === consoleOrigin &&
      mayUse(permission, details.mediaType === "audio"),
  );
  session.setDevicePermissionHandler(() => false);
  session.setCertificateVerifyProc((_, decide) => {
    decide(-2); // refuse: what this session would connect to is not ours
  });
  session.webRequest.onBeforeRequest((details, decide) => {
    decide({ cancel: originOf(details.url) !== consoleOrigin });
  });
}

function mayUse(permission: string, isMicrophone: boolean): boolean {
  return permission === "clipboard-sanitized-write" || (permission === "media" && isMicrophone);
}

/** Ours in place of Electron's own menu, which has developer tools, reloading and links to the web. */
export function applicationMenu(platform: NodeJS.Platform): MenuItemConstructorOptions[] {
  return [
    ...(platform === "darwin" ? [{ role: "appMenu" } as const] : []),
    { role: "editMenu" },
    {
      label: "View",
      submenu: [{ role: "resetZoom" }, { role: "zoomIn" }, { role: "zoomOut" }],
    },
    { role: "windowMenu" },
  ];
}
