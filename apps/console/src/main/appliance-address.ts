/** Where an appliance is, read once from what an admin typed. */
export type ApplianceAddress =
  | { readonly kind: "https"; readonly host: string; readonly port: number; readonly text: string }
  /** The evaluation on this very machine. */
  | {
      readonly kind: "plain-loopback";
      readonly host: string;
      readonly port: number;
      readonly text: string;
    };

const defaultPort = 8443; // the appliance's HTTPS port

/** Null for what is no address, and for plain HTTP to anywhere but this machine. */
export function parseApplianceAddress(typed: string): ApplianceAddress | null {
  const text = typed.trim();
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  if (!URL.canParse(withScheme)) return null;
  const url = new URL(withScheme);
  if (url.username !== "" || url.password !== "" || url.hostname === "") return null;
  if (url.protocol === "https:") {
    const isGiven = url.port !== "" || /:443(\/|$)/.test(withScheme);
    const port = isGiven ? Number(url.port || "443") : defaultPort;
    return {
      kind: "https",
      host: plainHost(url),
      port,
      text: `https://${url.hostname}:${String(port)}`,
    };
  }
  if (url.protocol !== "http:" || !isLoopback(url.hostname)) return null;
  const port = Number(url.port || "80");
  return {
    kind: "plain-loopback",
    host: plainHost(url),
    port,
    text: `http://${url.hostname}:${String(port)}`,
  };
}

/** Sockets take an IPv6 address without its brackets. */
function plainHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
