import {
  type TrunkCreation,
  trunkCreationSchema,
  type TrunkId,
  type TrunkReport,
} from "@agentcall/contract";
import { settingsOf, type Trunk } from "../trunks/trunk.ts";

const trunkId = "trunk_1" as TrunkId;

/** What `POST /v1/trunks` is sent for a trunk that uses everything. */
export const carrier = {
  name: "Carrier",
  servers: [{ host: "sip.carrier.example" }],
  credentials: { username: "alice", password: "marked-outbound-1" },
  registration: { expiresSecs: 600 },
  inbound: {
    addresses: ["192.0.2.0/24"],
    digest: { username: "carrier", password: "marked-inbound-1" },
  },
};

/** A trunk that takes calls from one address. */
export function trunkOf(changes: Partial<TrunkCreation> = {}): Trunk {
  const creation = trunkCreationSchema.parse({
    name: "Carrier",
    inbound: { addresses: ["192.0.2.1"] },
    ...changes,
  });
  return {
    id: trunkId,
    settings: settingsOf(creation),
    hasPassword: false,
    hasInboundPassword: false,
    createdAtMs: 0,
    updatedAtMs: 0,
  };
}

export function reportOf(changes: Partial<TrunkReport> = {}): TrunkReport {
  return {
    state: "up",
    message: "The carrier answers.",
    server: "192.0.2.1:5060",
    registration: null,
    keepAlive: { state: "answered", roundTripMs: 12 },
    ...changes,
  };
}
