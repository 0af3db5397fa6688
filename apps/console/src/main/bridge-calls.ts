import { AppError } from "@agentcall/base";
import { bridgeCalls, type ConsoleBridge } from "../shared/bridge.ts";
import { type BridgeChannel, bridgeChannels } from "../shared/bridge-channels.ts";

/**
 * One call that came over a border, whatever the border is: the channel is one of the map, the
 * input is parsed by its schema, and nothing else is ever run. Throws `refused` for the rest.
 */
export async function callBridge(
  handlers: ConsoleBridge,
  channel: BridgeChannel,
  input: unknown,
): Promise<unknown> {
  const parsed = bridgeCalls[channel].input.safeParse(input ?? null);
  if (!parsed.success) throw new AppError("refused", `The input of ${channel} is not valid.`);
  // The schema of this very channel has just parsed it: TypeScript cannot follow one channel through the map.
  const handler = handlers[channel] as (input: unknown) => Promise<unknown>;
  return handler(parsed.data);
}

/** Null for what is no channel of the bridge. */
export function parseChannel(text: string): BridgeChannel | null {
  return bridgeChannels.find((channel) => channel === text) ?? null;
}
