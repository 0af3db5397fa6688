import { seededRandom } from "@agentcall/base";
import { describe, expect, test } from "vitest";
import { type Resolver, resolveServers, targetText, targetUri } from "./server-addresses.ts";

const records: Readonly<Record<string, Awaited<ReturnType<Resolver["srv"]>>>> = {
  "_sip._udp.carrier.example": [
    { name: "backup.carrier.example", port: 5_070, priority: 20, weight: 0 },
    { name: "main.carrier.example", port: 5_060, priority: 10, weight: 0 },
  ],
};
const hosts: Readonly<Record<string, readonly string[]>> = {
  "main.carrier.example": ["192.0.2.1", "2001:db8::1"],
  "backup.carrier.example": ["192.0.2.2"],
  "plain.example": ["192.0.2.3"],
};
const resolver: Resolver = {
  srv: (name) => found(records[name]),
  addresses: (host) => found(hosts[host]),
};

function found<Value>(value: Value | undefined): Promise<Value> {
  return value === undefined ? Promise.reject(new Error("ENOTFOUND")) : Promise.resolve(value);
}

async function resolved(
  servers: readonly { host: string; port?: number }[],
  transport: "udp" | "tls" = "udp",
): Promise<{ targets: readonly string[]; failures: readonly string[] }> {
  const asked = servers.map(({ host, port }) => ({ host, port: port ?? null }));
  const { targets, failures } = await resolveServers(asked, transport, resolver, seededRandom(1));
  return { targets: targets.map(targetText), failures };
}

describe("resolveServers", () => {
  test("a name alone is looked up as SRV, by priority, with every address", async () => {
    expect(await resolved([{ host: "carrier.example" }])).toEqual({
      targets: ["192.0.2.1:5060", "[2001:db8::1]:5060", "192.0.2.2:5070"],
      failures: [],
    });
  });

  test("a name without SRV, and one with a port, is looked up as addresses", async () => {
    expect((await resolved([{ host: "plain.example" }])).targets).toEqual(["192.0.2.3:5060"]);
    expect((await resolved([{ host: "plain.example" }], "tls")).targets).toEqual([
      "192.0.2.3:5061",
    ]);
    expect((await resolved([{ host: "main.carrier.example", port: 5_080 }])).targets).toEqual([
      "192.0.2.1:5080",
      "[2001:db8::1]:5080",
    ]);
  });

  test("addresses stay in the order of the servers, each once", async () => {
    const servers = [{ host: "192.0.2.9" }, { host: "192.0.2.3", port: 5_060 }];

    expect((await resolved([...servers, { host: "plain.example" }])).targets).toEqual([
      "192.0.2.9:5060",
      "192.0.2.3:5060",
    ]);
  });

  test("a name that is not there is told, and keeps no other from being used", async () => {
    expect(await resolved([{ host: "nowhere.example" }, { host: "192.0.2.9" }])).toEqual({
      targets: ["192.0.2.9:5060"],
      failures: ["nowhere.example"],
    });
  });

  test("equal priorities are drawn in proportion to their weights", async () => {
    const weighted: Resolver = {
      ...resolver,
      srv: () =>
        Promise.resolve([
          { name: "192.0.2.1", port: 5_060, priority: 1, weight: 99 },
          { name: "192.0.2.2", port: 5_060, priority: 1, weight: 0 },
        ]),
    };
    const random = seededRandom(7);
    let first = 0;
    for (let draw = 0; draw < 200; draw += 1) {
      const server = { host: "carrier.example", port: null };
      const { targets } = await resolveServers([server], "udp", weighted, random);
      expect(targets).toHaveLength(2);
      if (targets[0]?.address === "192.0.2.1") first += 1;
    }

    expect(first).toBeGreaterThan(180);
    expect(first).toBeLessThan(200);
  });
});

test("a target is written as a route with its transport", () => {
  expect(targetUri({ address: "::1", port: 5_061, transport: "tls" })).toBe(
    "sip:[::1]:5061;transport=tls",
  );
});
