export { type BrowserConsole, startBrowserConsole } from "./browser/browser-console.ts";
