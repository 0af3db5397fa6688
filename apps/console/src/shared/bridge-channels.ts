/** The calls of the bridge by name. Apart from their schemas, so that the preload script stays small. */
export const bridgeChannels = [
  "appInfo",
  "appliances",
  "probe",
  "pair",
  "select",
  "unpair",
  "saveFile",
] as const;
export type BridgeChannel = (typeof bridgeChannels)[number];

/** The name under which the preload script shows the bridge to the page. */
export const bridgeGlobal = "agentcallBridge";

/** How a channel is called on Electron's IPC. */
export function ipcNameOf(channel: BridgeChannel): string {
  return `console:${channel}`;
}
