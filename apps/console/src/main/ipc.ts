import { AppError } from "@agentcall/base";
import type { ConsoleBridge } from "../shared/bridge.ts";
import { bridgeChannels, ipcNameOf } from "../shared/bridge-channels.ts";
import { callBridge } from "./bridge-calls.ts";

/** What is used of Electron's `ipcMain`. */
export type IpcMainLike = {
  handle(name: string, listener: (event: IpcEventLike, input: unknown) => Promise<unknown>): void;
};

/** What is used of Electron's `IpcMainInvokeEvent`. */
export type IpcEventLike = {
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null;
};

/**
 * Opens the bridge's channels, and no other. A call is heard only from the top frame of our own
 * page: `ownOrigin` is compared with the whole origin of the sender, never with a beginning of it.
 */
export function registerIpc(
  ipcMain: IpcMainLike,
  handlers: ConsoleBridge,
  ownOrigin: string,
): void {
  for (const channel of bridgeChannels) {
    ipcMain.handle(ipcNameOf(channel), async (event, input) => {
      if (!isOwnTopFrame(event, ownOrigin)) {
        throw new AppError("refused", "This page may not call the bridge.");
      }
      return callBridge(handlers, channel, input);
    });
  }
}

function isOwnTopFrame({ senderFrame }: IpcEventLike, ownOrigin: string): boolean {
  return senderFrame?.parent === null && originOf(senderFrame.url) === ownOrigin;
}

/** Scheme and host: `URL.origin` is "null" for a scheme of our own. */
export function originOf(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
