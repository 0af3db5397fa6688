import type { ConsoleBridge } from "../shared/bridge.ts";

/** A bridge that does nothing but keep what it was asked. */
export function recordingBridge(): { bridge: ConsoleBridge; calls: unknown[] } {
  const calls: unknown[] = [];
  const keep =
    <Outcome>(channel: string, outcome: Outcome) =>
    (input: unknown): Promise<Outcome> => {
      calls.push([channel, input]);
      return Promise.resolve(outcome);
    };
  const unreachable = { kind: "unreachable", sentence: "Nobody." } as const;
  const refused = { kind: "refused", sentence: "No." } as const;
  const bridge: ConsoleBridge = {
    appInfo: keep("appInfo", {
      version: "0.0.0",
      platform: "test",
      shell: "electron",
      suggestedAddress: null,
    }),
    appliances: keep("appliances", []),
    probe: keep("probe", unreachable),
    pair: keep("pair", refused),
    select: keep("select", []),
    unpair: keep("unpair", []),
    saveFile: keep("saveFile", { kind: "cancelled" }),
  };
  return { bridge, calls };
}
