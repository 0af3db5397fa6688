import { bridgeCalls, type ConsoleBridge } from "../../shared/bridge.ts";
import { type BridgeChannel, bridgeChannels, bridgeGlobal } from "../../shared/bridge-channels.ts";

/** What the desktop does for the page: the preload script's bridge, or the same calls over HTTP in a browser. */
export const bridge: ConsoleBridge = openBridge();

type RawBridge = (channel: BridgeChannel, input: unknown) => Promise<unknown>;

function openBridge(): ConsoleBridge {
  const exposed = (globalThis as Record<string, unknown>)[bridgeGlobal];
  const raw = isExposed(exposed)
    ? (channel: BridgeChannel, input: unknown) => exposed[channel](input)
    : overHttp;
  return Object.fromEntries(
    bridgeChannels.map((channel) => [channel, checked(channel, raw)]),
  ) as ConsoleBridge; // every channel of the map, each with its own schema
}

/** Outputs are parsed on this side too: the bridge is a border. */
function checked(channel: BridgeChannel, raw: RawBridge): (input: unknown) => Promise<unknown> {
  return async (input) => bridgeCalls[channel].output.parse(await raw(channel, input));
}

async function overHttp(channel: BridgeChannel, input: unknown): Promise<unknown> {
  const answer = await fetch(new URL(`bridge/${channel}`, document.baseURI), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(input ?? null),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

type Exposed = Readonly<Record<BridgeChannel, (input: unknown) => Promise<unknown>>>;

function isExposed(value: unknown): value is Exposed {
  return (
    typeof value === "object" &&
    value !== null &&
    bridgeChannels.every((channel) => typeof Reflect.get(value, channel) === "function")
  );
}
