/** Where audio was agreed to come from, and where else it may come from. */
export type AgreedSource = {
  /** The connection address and port of the caller's session description. */
  readonly address: string;
  readonly port: number;
  /** Where the INVITE came from: a caller behind a NAT sends its audio from there. */
  readonly signallingAddress: string;
};

type SourceVerdict = "accepted" | "latched" | "on-probation" | "stranger";

/** RFC 3550 appendix A.1 trusts two packets in sequence; a source that nobody agreed on needs more. */
const probationPackets = 4;

/**
 * Decides which RTP packets belong to a call.
 *
 * The agreed address and port are believed at the first packet. Behind a NAT the port differs,
 * or the address is that of the signalling: such a source is believed after four packets of one
 * SSRC in sequence, as long as nobody else has been. From then on only that one source counts;
 * every other packet is a stranger's.
 */
export class SourceCheck {
  #agreed: AgreedSource;
  #latchedAddress: string | null = null;
  #latchedPort = 0;
  #candidateAddress = "";
  #candidatePort = 0;
  #candidateSsrc = 0;
  #candidateSequence = 0;
  #candidatePackets = 0;

  constructor(agreed: AgreedSource) {
    this.#agreed = agreed;
  }

  /** The one source that is believed, or null as long as there is none. */
  get latched(): { readonly address: string; readonly port: number } | null {
    return this.#latchedAddress === null
      ? null
      : { address: this.#latchedAddress, port: this.#latchedPort };
  }

  /** A new session description: when it names another address or port, the source is found anew. */
  agree(agreed: AgreedSource): void {
    const same = agreed.address === this.#agreed.address && agreed.port === this.#agreed.port;
    this.#agreed = agreed;
    if (same) return;
    this.#latchedAddress = null;
    this.#candidatePackets = 0;
  }

  /** Judges a well-formed RTP packet with an agreed payload type. */
  judge(address: string, port: number, ssrc: number, sequenceNumber: number): SourceVerdict {
    if (this.#latchedAddress !== null) {
      return port === this.#latchedPort && address === this.#latchedAddress
        ? "accepted"
        : "stranger";
    }
    if (address === this.#agreed.address && port === this.#agreed.port)
      return this.#latch(address, port);
    if (address !== this.#agreed.address && address !== this.#agreed.signallingAddress)
      return "stranger";
    return this.#onProbation(address, port, ssrc, sequenceNumber);
  }

  #latch(address: string, port: number): "latched" {
    this.#latchedAddress = address;
    this.#latchedPort = port;
    return "latched";
  }

  #onProbation(address: string, port: number, ssrc: number, sequenceNumber: number): SourceVerdict {
    const continues =
      this.#candidatePackets > 0 &&
      address === this.#candidateAddress &&
      port === this.#candidatePort &&
      ssrc === this.#candidateSsrc &&
      sequenceNumber === ((this.#candidateSequence + 1) & 0xffff);
    this.#candidatePackets = continues ? this.#candidatePackets + 1 : 1;
    this.#candidateAddress = address;
    this.#candidatePort = port;
    this.#candidateSsrc = ssrc;
    this.#candidateSequence = sequenceNumber;
    return this.#candidatePackets >= probationPackets ? this.#latch(address, port) : "on-probation";
  }
}
