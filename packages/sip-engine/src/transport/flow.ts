/** Where messages to one peer go and come from: an address over UDP, or a connection over TCP or TLS. */
export type Flow = {
  readonly protocol: Protocol;
  readonly address: string;
  readonly port: number;
  /** False once the connection is gone. A UDP flow is always open. */
  readonly isOpen: boolean;
  /** Sends one message. What cannot be sent any more is dropped: timers of the transaction find out. */
  send(bytes: Buffer): void;
};

export type Protocol = "udp" | "tcp" | "tls";

/** An address as it stands in a URI: IPv6 in brackets. */
export function hostText(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
