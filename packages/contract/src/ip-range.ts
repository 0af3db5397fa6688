/** Addresses that begin with the same bits (RFC 4632, RFC 4291 section 2.3). */
export type IpRange = {
  readonly family: 4 | 6;
  readonly address: bigint;
  /** How many leading bits count; 32 or 128 for one address alone. */
  readonly prefixBits: number;
};

const bitsOf = { 4: 32, 6: 128 } as const;

/** Reads `203.0.113.0/24`, `2001:db8::/32` or one address alone; null for anything else. */
export function parseIpRange(text: string): IpRange | null {
  const [addressText = "", prefixText, more] = text.split("/");
  const parsed = parseIp(addressText);
  if (parsed === null || more !== undefined) return null;
  const bits = bitsOf[parsed.family];
  if (prefixText === undefined) return { ...parsed, prefixBits: bits };
  const prefixBits = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  return prefixBits <= bits ? { ...parsed, prefixBits } : null;
}

/** Whether the range holds this address. An IPv4 address written as IPv6 is the IPv4 address. */
export function ipRangeHolds(range: IpRange, address: string): boolean {
  const parsed = parseIp(address);
  if (parsed?.family !== range.family) return false;
  const otherBits = BigInt(bitsOf[range.family] - range.prefixBits);
  return parsed.address >> otherBits === range.address >> otherBits;
}

type Ip = Omit<IpRange, "prefixBits">;

function parseIp(text: string): Ip | null {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(text)) return parseV4(text);
  return text.includes(":") ? parseV6(text) : null;
}

function parseV4(text: string): Ip | null {
  const bytes = text.split(".").map(Number);
  if (bytes.some((byte) => byte > 255)) return null;
  return { family: 4, address: bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n) };
}

const mappedPrefix = 0xffffn; // ::ffff:0:0/96, RFC 4291 section 2.5.5.2

/** The URL parser knows every way to write an IPv6 address, and gives one of them back. */
function parseV6(text: string): Ip | null {
  if (!/^[\da-f:.]+$/i.test(text) || !URL.canParse(`http://[${text}]`)) return null;
  const [head = "", tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split("::");
  const first = groupsOf(head);
  const last = groupsOf(tail ?? "");
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0n);
  const address = [...first, ...zeros, ...last].reduce((sum, group) => (sum << 16n) | group, 0n);
  if (address >> 32n === mappedPrefix) return { family: 4, address: address & 0xffff_ffffn };
  return { family: 6, address };
}

function groupsOf(text: string): readonly bigint[] {
  return text === "" ? [] : text.split(":").map((group) => BigInt(`0x${group}`));
}
