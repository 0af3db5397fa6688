import { lookup, resolveSrv } from "node:dns/promises";
import { isIP } from "node:net";
import type { Random } from "@agentcall/base";
import type { TrunkPlan, TrunkServer } from "@agentcall/contract";

/** One place that requests can be sent to. */
export type SipTarget = {
  readonly address: string;
  readonly port: number;
  readonly transport: TrunkPlan["transport"];
};

export type SrvRecord = {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
};

/** Looks names up. Both reject for a name that is not there. */
export type Resolver = {
  srv(name: string): Promise<readonly SrvRecord[]>;
  /** IPv4 and IPv6 addresses, in the order to be tried. */
  addresses(host: string): Promise<readonly string[]>;
};

/** What a list of servers comes to. */
export type ResolvedServers = {
  /** In the order to be tried. */
  readonly targets: readonly SipTarget[];
  /** Names that could not be looked up. */
  readonly failures: readonly string[];
};

const ports = { udp: 5_060, tcp: 5_060, tls: 5_061 } as const; // RFC 3261 section 19.1.2
const services = { udp: "_sip._udp", tcp: "_sip._tcp", tls: "_sips._tcp" } as const; // RFC 3263 section 4.1
const targetsMax = 16; // a longer list would take minutes to be tried

/** The machine's own resolver, with its hosts file. */
export const systemResolver: Resolver = {
  srv: (name) => resolveSrv(name),
  addresses: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
};

/**
 * The targets of a list of servers (RFC 3263 section 4): an address is itself, a name with a port
 * its addresses, a name alone its SRV records by priority and weight, and without any its addresses
 * at the transport's port.
 */
export async function resolveServers(
  servers: readonly TrunkServer[],
  transport: TrunkPlan["transport"],
  resolver: Resolver,
  random: Random,
): Promise<ResolvedServers> {
  const targets: SipTarget[] = [];
  const failures: string[] = [];
  for (const server of servers) {
    try {
      for (const { host, port } of await hostsOf(server, transport, resolver, random)) {
        const addresses = isIP(host) === 0 ? await resolver.addresses(host) : [host];
        targets.push(...addresses.map((address) => ({ address, port, transport })));
      }
    } catch {
      failures.push(server.host); // which name it was is all that an admin can use
    }
  }
  return { targets: withoutRepeated(targets).slice(0, targetsMax), failures };
}

async function hostsOf(
  { host, port }: TrunkServer,
  transport: TrunkPlan["transport"],
  resolver: Resolver,
  random: Random,
): Promise<readonly { readonly host: string; readonly port: number }[]> {
  if (port !== null || isIP(host) !== 0) return [{ host, port: port ?? ports[transport] }];
  const records = await resolver.srv(`${services[transport]}.${host}`).catch(() => []);
  if (records.length === 0) return [{ host, port: ports[transport] }];
  return inSrvOrder(records, random).map((record) => ({ host: record.name, port: record.port }));
}

/** Lower priorities first; among equals by chance in proportion to the weights (RFC 2782). */
function inSrvOrder(records: readonly SrvRecord[], random: Random): readonly SrvRecord[] {
  const left = [...records].sort((one, other) => one.priority - other.priority);
  const ordered: SrvRecord[] = [];
  while (left.length > 0) {
    const priority = left[0]?.priority;
    const equals = left.filter((record) => record.priority === priority);
    const weights = equals.map(({ weight }) => weight + 1); // a weight of 0 has a small chance too
    let drawn = random.below(weights.reduce((sum, weight) => sum + weight, 0));
    const index = weights.findIndex((weight) => (drawn -= weight) < 0);
    const [chosen] = left.splice(index, 1);
    if (chosen !== undefined) ordered.push(chosen);
  }
  return ordered;
}

function withoutRepeated(targets: readonly SipTarget[]): readonly SipTarget[] {
  const byText = new Map(targets.map((target) => [targetText(target), target]));
  return [...byText.values()];
}

/** `address:port`, an IPv6 address in brackets. */
export function targetText({ address, port }: Pick<SipTarget, "address" | "port">): string {
  return `${hostText(address)}:${String(port)}`;
}

/** The same as the URI that a request is routed by. */
export function targetUri(target: SipTarget): string {
  return `sip:${targetText(target)};transport=${target.transport}`;
}

/** An IPv6 address in brackets, as it stands in a URI. */
export function hostText(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
