import { parsePairingCode } from "@agentcall/contract";
import { parseApplianceAddress } from "./appliance-address.ts";

/** `agentcall://pair?address=…&code=…`: fills the pairing form, and never acts without a click. */
export type DeepLink = { readonly address: string; readonly code: string | null };

const linkCharsMax = 600;

/** Null for everything else. */
export function parseDeepLink(text: string): DeepLink | null {
  if (text.length > linkCharsMax || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== "agentcall:" || url.hostname !== "pair") return null;
  const address = parseApplianceAddress(url.searchParams.get("address") ?? "");
  if (address === null) return null;
  return { address: address.text, code: parsePairingCode(url.searchParams.get("code") ?? "") };
}

/** The link on a command line, wherever the operating system and Chromium put it. */
export function parseDeepLinkAmong(commandLine: readonly string[]): DeepLink | null {
  return commandLine.map(parseDeepLink).find((link) => link !== null) ?? null;
}

/** The page's own place for it. */
export function pairingRouteOf({ address, code }: DeepLink): string {
  const query = new URLSearchParams({ address, ...(code === null ? {} : { code }) });
  return `#/pair?${query.toString()}`;
}
