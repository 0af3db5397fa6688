import type { Clock, Log } from "@agentcall/base";
import type { ControlPlaneOptions } from "@agentcall/control-plane";
import type { CallTiming } from "@agentcall/gateway";
import type { CertifiedKey } from "./certificate.ts";

/** What a test wants otherwise in its house. */
export type HouseOptions = {
  /** A scenario as a file would hold it. */
  readonly scenario?: unknown;
  /** Which day the provider has. */
  readonly day?: string;
  readonly callsMax?: number;
  /** Where the database is; in the house's own folder unless it is named. */
  readonly dataDir?: string;
  /** Another provider's address: nobody need be there. */
  readonly openaiBaseUrl?: string;
  /** Of pages whose scripts may use the API. */
  readonly browserOrigins?: ReadonlySet<string>;
  /** The plan is pro unless a licence is named. */
  readonly license?: ControlPlaneOptions["license"];
  /** What opens the vault; a key in memory unless another one is named. */
  readonly root?: ControlPlaneOptions["root"];
  readonly log?: Log;
  /** Who the SIP engine is over TLS, and whom it trusts. */
  readonly sipTls?: { readonly own: CertifiedKey; readonly trusted: string };
  /** Of the SIP engine: one that a test moves makes its timers run out. */
  readonly engineClock?: Clock;
  /** Of the gateway: one that leaps makes a silence long. */
  readonly gatewayClock?: Clock;
  /** What recordings leave free of the disk. */
  readonly recordingReserveBytes?: number;
  /** Where the gateway's audio is. */
  readonly rtpHost?: string;
  /** Times of a call that are other than usual. */
  readonly timing?: Partial<CallTiming>;
};
