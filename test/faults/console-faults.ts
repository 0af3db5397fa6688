/** A deliberate fault of the console, and the tests that have to see it. */
export type Fault = {
  readonly name: string;
  /** The row of docs/console.md that it breaks. */
  readonly row: string;
  readonly file: string;
  /** Stands exactly once in the file. */
  readonly text: string;
  readonly instead: string;
  readonly tests: string;
};

const main = "apps/console/src/main";

/** Each lock of the console taken away, one at a time. */
export const consoleFaults: readonly Fault[] = [
  {
    name: "the sender of an IPC call is not looked at",
    row: "S3",
    file: `${main}/ipc.ts`,
    text: "if (!isOwnTopFrame(event, ownOrigin)) {",
    instead: "if (!isOwnTopFrame(event, ownOrigin) && bridgeChannels.length === 0) {",
    tests: `${main}/ipc.test.ts`,
  },
  {
    name: "a frame inside the page may call as well",
    row: "S3",
    file: `${main}/ipc.ts`,
    text: "senderFrame?.parent === null && ",
    instead: "senderFrame !== null && ",
    tests: `${main}/ipc.test.ts`,
  },
  {
    name: "the pin is skipped",
    row: "S9",
    file: `${main}/appliance-client.ts`,
    text: "rejectUnauthorized: true,",
    instead: "rejectUnauthorized: false,",
    tests: `${main}/appliance-client.test.ts`,
  },
  {
    name: "the page sends the appliance a key of its own",
    row: "S11",
    file: `${main}/console-handler.ts`,
    text: "authorization: `Bearer ${connection.apiKey.reveal()}`,",
    instead: "authorization: request.headers.get('authorization') ?? '',",
    tests: `${main}/console-handler.test.ts`,
  },
  {
    name: "the page leads its window elsewhere",
    row: "S6",
    file: `${main}/window-policy.ts`,
    text: "if (originOf(event.url) !== consoleOrigin) event.preventDefault();",
    instead: "if (originOf(event.url) === null) event.preventDefault();",
    tests: `${main}/window-policy.test.ts`,
  },
  {
    name: "the window is no sandbox",
    row: "S1",
    file: `${main}/window-policy.ts`,
    text: "sandbox: true,",
    instead: "sandbox: false,",
    tests: `${main}/window-policy.test.ts`,
  },
  {
    name: "the page shares its context with the preload script",
    row: "S1",
    file: `${main}/window-policy.ts`,
    text: "contextIsolation: true,",
    instead: "contextIsolation: false,",
    tests: `${main}/window-policy.test.ts`,
  },
  {
    name: "scripts of any kind run in the page",
    row: "S5",
    file: `${main}/console-handler.ts`,
    text: "`script-src 'self' 'nonce-${nonce}'`,",
    instead: "`script-src 'self' 'unsafe-inline'`,",
    tests: `${main}/console-handler.test.ts`,
  },
  {
    name: "ipcRenderer reaches the page",
    row: "S2",
    file: "apps/console/src/preload/preload.ts",
    text: "contextBridge.exposeInMainWorld(bridgeGlobal, bridge);",
    instead: "contextBridge.exposeInMainWorld(bridgeGlobal, { ...bridge, ipcRenderer });",
    tests: "apps/console/src/preload/preload.test.ts",
  },
];
