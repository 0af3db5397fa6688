export const callerAddress = "198.51.100.7";
export const callerPort = 4_000;

export function anOffer(
  more: { readonly codec?: number; readonly direction?: string } = {},
): string {
  return [
    "v=0",
    `o=- 1 1 IN IP4 ${callerAddress}`,
    "s=-",
    `c=IN IP4 ${callerAddress}`,
    "t=0 0",
    `m=audio ${String(callerPort)} RTP/AVP ${String(more.codec ?? 0)}`,
    `a=${more.direction ?? "sendrecv"}`,
    "",
  ].join("\r\n");
}
