import { contextBridge, ipcRenderer } from "electron";
import {
  type BridgeChannel,
  bridgeChannels,
  bridgeGlobal,
  ipcNameOf,
} from "../shared/bridge-channels.ts";

// Shows the page exactly the bridge: one function a channel, one argument each, and no event object.

const bridge = Object.fromEntries(
  bridgeChannels.map((channel: BridgeChannel) => [
    channel,
    (input: unknown): Promise<unknown> => ipcRenderer.invoke(ipcNameOf(channel), input ?? null),
  ]),
);

contextBridge.exposeInMainWorld(bridgeGlobal, bridge);
