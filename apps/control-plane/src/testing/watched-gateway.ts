import type { ControlFrame } from "@agentcall/contract";
import type { TrunkDesk, TrunkGateway } from "../trunks/trunk-desk.ts";

export type WatchedGateway = TrunkGateway & {
  /** The next frame of this kind. */
  frame<Kind extends "trunks" | "trunk.test">(
    kind: Kind,
  ): Promise<Extract<ControlFrame, { kind: Kind }>>;
};

/** Joins the desk, and keeps what it is sent. */
export function aGateway(desk: TrunkDesk, gatewayId = "gateway-1"): WatchedGateway {
  const frames: ControlFrame[] = [];
  const waiting: (() => void)[] = [];
  const gateway: WatchedGateway = {
    gatewayId,
    send: (frame) => {
      frames.push(frame);
      waiting.shift()?.();
    },
    frame: async (kind) => {
      for (;;) {
        const at = frames.findIndex((frame) => frame.kind === kind);
        const [found] = at === -1 ? [] : frames.splice(at, 1);
        if (found !== undefined) return found as Extract<ControlFrame, { kind: typeof kind }>;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
  desk.onGatewayWelcomed(gateway);
  return gateway;
}
