import type { Clock, Log, Random, Secret } from "@agentcall/base";
import type { CallPlan } from "@agentcall/contract";
import type { RealtimeTransport, TransportHandlers } from "@agentcall/realtime";

/** What one gateway process is made of. */
export type GatewayOptions = {
  readonly drachtio: { readonly host: string; readonly port: number; readonly secret: Secret };
  /** Such as `ws://127.0.0.1:7000`. */
  readonly controlUrl: string;
  readonly controlToken: Secret;
  /** Stable across restarts: the owner of the spool. */
  readonly gatewayId: string;
  readonly spoolDir: string;
  /** The address that callers send their audio to. */
  readonly rtpHost: string;
  readonly rtpPorts: { readonly from: number; readonly to: number };
  readonly callsMax: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Another way to the model than a WebSocket, for tests. */
  readonly realtimeTransport?: (plan: CallPlan, handlers: TransportHandlers) => RealtimeTransport;
};

/** What a gateway holds at this moment: all zero (but for the links) when no call is up. */
export type GatewayState = {
  readonly calls: number;
  readonly rtpSockets: number;
  readonly rtpPorts: number;
  readonly dialogs: number;
  readonly sessions: number;
  /** Timers that belong to calls. */
  readonly timers: number;
  /** Events that the control plane has not acknowledged yet. */
  readonly spooledEvents: number;
};

export type Gateway = {
  /** Resolves when drachtio has let us in and the control plane has welcomed us. */
  readonly ready: Promise<void>;
  state(): GatewayState;
  /** Ends every call with BYE, spools their records and closes the links. May be called twice. */
  close(): Promise<void>;
};

/** Starts a gateway. It keeps trying to reach drachtio and the control plane until it is closed. */
export function startGateway(options: GatewayOptions): Promise<Gateway> {
  return Promise.reject(new Error(`not there yet: ${options.gatewayId}`));
}
