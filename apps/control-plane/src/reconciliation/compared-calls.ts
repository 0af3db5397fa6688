/** A call as our ledger and its record know it. */
export type OurCall = {
  readonly callId: string;
  readonly sipCallId: string;
  readonly from: string;
  readonly to: string;
  readonly trunkId: string | null;
  readonly startedAtMs: number;
  /** Null where it was never answered: then nothing is charged. */
  readonly answeredAtMs: number | null;
  readonly endedAtMs: number;
  /** What the ledger says was talked. */
  readonly talkMs: number;
  /** It was given to another party, and may go on without us. */
  readonly isHandedOver: boolean;
};

/** The same as the carrier has written it down. */
export type CarrierCall = {
  /** Of this record: two may say the same. */
  readonly id: string;
  readonly importId: string;
  readonly line: number;
  /** One moment, or two where a local time may mean either. */
  readonly instants: readonly [number, ...number[]];
  readonly from: string;
  readonly to: string;
  readonly durationMs: number;
  readonly sipCallId: string | null;
};

const digitsCompared = 9; // behind country code and trunk prefix, which each side writes in its own way

/** What of an address tells its party, however it is written; empty for nobody's. */
export function phoneKey(address: string): string {
  const user = address.replace(/^(sips?|tel):/i, "").replace(/[@;].*$/, "");
  const digits = user.replaceAll(/\D/g, "");
  return digits === "" ? nameOf(user) : digits.slice(-digitsCompared);
}

/** Callers without a number: withheld, or a name of the PBX. */
function nameOf(user: string): string {
  const name = user.trim().toLowerCase();
  return withheld.has(name) ? "" : name;
}

const withheld = new Set(["", "anonymous", "unavailable", "unknown", "restricted", "private"]);
