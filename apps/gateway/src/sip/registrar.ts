import type { Clock, Timer } from "@agentcall/base";
import type { TrunkId } from "@agentcall/contract";
import type { SipTarget } from "./server-addresses.ts";
import type { SrfMessage } from "./srf.ts";

/** The answer to a REGISTER. */
export type RegisterAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
};

/** Where a telephone or PBX has said that it takes calls. */
type Binding = {
  readonly contact: string;
  readonly target: SipTarget;
  readonly callId: string;
  readonly cseq: number;
  readonly expiresAtMs: number;
};

type RegistrarOptions = {
  readonly clock: Clock;
  /** Told when what is bound has changed. */
  readonly onChange: (trunkId: TrunkId) => void;
};

const expiresSecs = { min: 60, max: 3_600, usual: 3_600 } as const; // RFC 3261 section 10.3; a NAT forgets sooner than an hour
const bindingsMax = 5; // of a trunk: a PBX has one, a desk a telephone or two
const contactCharsMax = 512;

/**
 * Takes registrations of those who know a trunk's password (RFC 3261 section 10.3), and keeps them
 * in memory until they expire. The account is the name of the digest, whatever the address of record.
 * A binding leads to where the REGISTER came from: behind a NAT nothing else arrives there.
 */
export class Registrar {
  readonly #options: RegistrarOptions;
  /** The newest last. */
  readonly #bindings = new Map<TrunkId, readonly Binding[]>();
  readonly #timers = new Map<TrunkId, Timer>();

  constructor(options: RegistrarOptions) {
    this.#options = options;
  }

  /** Where calls of the trunk go, to the newest first; none where nobody is registered. */
  targetsOf(trunkId: TrunkId): readonly SipTarget[] {
    return this.#fresh(trunkId)
      .map(({ target }) => target)
      .toReversed();
  }

  /** Carries a REGISTER out that was let in for this trunk. */
  take(trunkId: TrunkId, request: SrfMessage): RegisterAnswer {
    const contact = (request.get("Contact") ?? "").trim();
    const wantedSecs = wantedSecsOf(request, contact);
    if (wantedSecs === null) return { status: 400, headers: {} };
    if (contact === "*")
      return wantedSecs === 0 ? this.#clear(trunkId) : { status: 400, headers: {} };
    if (contact === "") return this.#answer(trunkId); // it asks what is bound
    const uri = contactUriOf(contact);
    const target = targetOf(request);
    if (uri === null || target === null) return { status: 400, headers: {} };
    if (wantedSecs > 0 && wantedSecs < expiresSecs.min) {
      return { status: 423, headers: { "Min-Expires": String(expiresSecs.min) } };
    }
    const callId = request.get("Call-ID") ?? "";
    const cseq = Number.parseInt(request.get("CSeq") ?? "", 10);
    const others = this.#fresh(trunkId).filter((each) => each.contact !== uri);
    const former = this.#fresh(trunkId).find((each) => each.contact === uri);
    // An older REGISTER of the same telephone that was overtaken on its way (section 10.3, step 7).
    if (former?.callId === callId && cseq <= former.cseq) return { status: 500, headers: {} };
    const expiresAtMs =
      this.#options.clock.monotonicMs() + 1_000 * Math.min(wantedSecs, expiresSecs.max);
    const bound: readonly Binding[] =
      wantedSecs === 0 ? [] : [{ contact: uri, target, callId, cseq, expiresAtMs }];
    this.#keep(trunkId, [...others, ...bound].slice(-bindingsMax));
    return this.#answer(trunkId);
  }

  /** Forgets who is registered at a trunk that is gone, or has another password. */
  forget(trunkId: TrunkId): void {
    this.#timers.get(trunkId)?.cancel();
    this.#timers.delete(trunkId);
    this.#bindings.delete(trunkId);
  }

  /** May be called twice. */
  close(): void {
    for (const trunkId of [...this.#bindings.keys()]) this.forget(trunkId);
  }

  #clear(trunkId: TrunkId): RegisterAnswer {
    this.#keep(trunkId, []);
    return this.#answer(trunkId);
  }

  #keep(trunkId: TrunkId, bindings: readonly Binding[]): void {
    const { clock, onChange } = this.#options;
    this.forget(trunkId);
    if (bindings.length > 0) {
      this.#bindings.set(trunkId, bindings);
      const firstMs = Math.min(...bindings.map(({ expiresAtMs }) => expiresAtMs));
      const timer = clock.after(Math.max(0, firstMs - clock.monotonicMs()), () => {
        this.#keep(trunkId, this.#fresh(trunkId));
      });
      this.#timers.set(trunkId, timer);
    }
    onChange(trunkId);
  }

  #fresh(trunkId: TrunkId): readonly Binding[] {
    const nowMs = this.#options.clock.monotonicMs();
    return (this.#bindings.get(trunkId) ?? []).filter(({ expiresAtMs }) => expiresAtMs > nowMs);
  }

  /** All that is bound, each with the time it has left (section 10.3, step 8). */
  #answer(trunkId: TrunkId): RegisterAnswer {
    const nowMs = this.#options.clock.monotonicMs();
    const contacts = this.#fresh(trunkId).map(({ contact, expiresAtMs }) => {
      const leftSecs = Math.ceil((expiresAtMs - nowMs) / 1_000);
      return `<${contact}>;expires=${String(leftSecs)}`;
    });
    return { status: 200, headers: contacts.length === 0 ? {} : { Contact: contacts.join(", ") } };
  }
}

/** What the contact's own parameter asks for, else the header, else the usual; null for what is no number. */
function wantedSecsOf(request: SrfMessage, contact: string): number | null {
  const ofContact = />[^>]*;\s*expires\s*=\s*([^;,\s]+)/i.exec(contact)?.[1];
  const text = ofContact ?? request.get("Expires")?.trim() ?? String(expiresSecs.usual);
  return /^\d{1,9}$/.test(text) ? Number(text) : null;
}

/** One contact in brackets, as every telephone writes it; null for several, or none. */
function contactUriOf(contact: string): string | null {
  const found = /^[^<>,]*<(sips?:[\x21-\x7e]{1,512})>[^<>,]*$/i.exec(contact)?.[1];
  return found === undefined || found.length > contactCharsMax || /[<>]/.test(found) ? null : found;
}

function targetOf(request: SrfMessage): SipTarget | null {
  const name = /^SIP\/2\.0\/(UDP|TCP|TLS)\s/i.exec(request.get("Via") ?? "")?.[1]?.toLowerCase();
  if (name !== "udp" && name !== "tcp" && name !== "tls") return null;
  return { address: request.source_address, port: request.source_port, transport: name };
}
