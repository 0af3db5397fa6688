import { BlockList, isIP } from "node:net";

// What is not the public internet, by the registries of RFC 6890: IPv4 by its exceptions, IPv6 by
// what has been given out (2000::/3) without its exceptions.
const specialV4 = blockListOf("ipv4", [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private, RFC 1918
  ["100.64.0.0", 10], // carriers' address sharing, RFC 6598
  ["127.0.0.0", 8], // loopback
  ["169.254.0.0", 16], // link-local; clouds keep their metadata here
  ["172.16.0.0", 12], // private
  ["192.0.0.0", 24], // protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // 6to4 relays, given up by RFC 7526
  ["192.168.0.0", 16], // private
  ["198.18.0.0", 15], // benchmarks
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, and broadcast
]);
const globalV6 = blockListOf("ipv6", [["2000::", 3]]);
const specialV6 = blockListOf("ipv6", [
  ["2001::", 23], // protocol assignments, Teredo among them
  ["2001:db8::", 32], // documentation
  ["3fff::", 20], // documentation, RFC 9637
]);

/** Addresses that carry an IPv4 address, and where in their eight groups it stands. */
const embeddings = [
  { prefix: blockListOf("ipv6", [["::ffff:0:0", 96]]), firstGroup: 6 }, // IPv4-mapped
  { prefix: blockListOf("ipv6", [["64:ff9b::", 96]]), firstGroup: 6 }, // NAT64, RFC 6052
  { prefix: blockListOf("ipv6", [["2002::", 16]]), firstGroup: 1 }, // 6to4, RFC 3056
];

/** Whether the address is on the public internet. What is no IP address is not. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !specialV4.check(address, "ipv4");
    case 6:
      return isPublicV6(address);
    default:
      return false;
  }
}

export function isLoopbackAddress(address: string): boolean {
  if (isIP(address) === 4) return address.startsWith("127.");
  return address === "::1";
}

function isPublicV6(address: string): boolean {
  const embedding = embeddings.find(({ prefix }) => prefix.check(address, "ipv6"));
  if (embedding !== undefined) return isPublicAddress(embeddedV4(address, embedding.firstGroup));
  return globalV6.check(address, "ipv6") && !specialV6.check(address, "ipv6");
}

function embeddedV4(address: string, firstGroup: number): string {
  const groups = groupsOf(address);
  const [high = 0, low = 0] = groups.slice(firstGroup, firstGroup + 2);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

/** The eight groups of an address that is known to be one. The URL parser writes them shortest. */
function groupsOf(address: string): readonly number[] {
  const plain = new URL(`http://[${address.replace(/%.*$/, "")}]/`).hostname.slice(1, -1);
  const [head = "", tail] = plain.split("::");
  const read = (text: string): number[] =>
    text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return read(head);
  const [before, after] = [read(head), read(tail)];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function blockListOf(
  family: "ipv4" | "ipv6",
  subnets: readonly (readonly [string, number])[],
): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of subnets) list.addSubnet(net, prefix, family);
  return list;
}
