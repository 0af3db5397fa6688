import { createHash, X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AppError, type Clock, type Log, type Random, type Timer } from "@agentcall/base";
import { CertificateAuthority, type Identity, renewalDueAtMs } from "@agentcall/pki";

export type ApplianceCertificatesOptions = {
  /** Mode 0700; each file in it 0600. */
  readonly folder: string;
  readonly applianceName: string;
  /** The names and addresses at which the API is reached. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

const lookEveryMs = 3_600_000; // a certificate has thirty days left when it is renewed: an hour is soon

/**
 * The appliance's own authority and the certificate of its API. Both are files beside the database
 * and not in the vault: a sealed appliance must be reached over TLS to be unsealed.
 */
export class ApplianceCertificates {
  readonly #options: ApplianceCertificatesOptions;
  readonly #authority: CertificateAuthority;
  readonly #listeners = new Set<(server: Identity) => void>();
  #server: Identity;
  #timer: Timer | null = null;

  private constructor(
    options: ApplianceCertificatesOptions,
    authority: CertificateAuthority,
    server: Identity,
  ) {
    this.#options = options;
    this.#authority = authority;
    this.#server = server;
  }

  /** Makes at the first start what later starts find. Throws `wrong-setting` for files that do not belong together. */
  static open(options: ApplianceCertificatesOptions): ApplianceCertificates {
    const { folder, applianceName, clock, random } = options;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stored = readIdentity(folder, "authority");
    const authority =
      stored === null
        ? CertificateAuthority.create(`AgentCall ${applianceName}`, clock.nowMs(), random)
        : openAuthority(stored, folder);
    if (stored === null) writeIdentity(folder, "authority", authority.identity);
    const certificates = new ApplianceCertificates(
      options,
      authority,
      readIdentity(folder, "server") ?? { certificatePem: "", privateKeyPem: "" },
    );
    certificates.#renewWhenDue();
    certificates.#watch();
    return certificates;
  }

  /** The API's certificate with its authority's behind it, as a TLS server shows them. */
  get server(): Identity {
    return {
      certificatePem: this.#server.certificatePem + this.#authority.identity.certificatePem,
      privateKeyPem: this.#server.privateKeyPem,
    };
  }

  /** SHA-256 of the authority's certificate, hexadecimal: what a console pins and a person compares. */
  get fingerprint(): string {
    const { raw } = new X509Certificate(this.#authority.identity.certificatePem);
    return createHash("sha256").update(raw).digest("hex");
  }

  get serverValidToMs(): number {
    return new X509Certificate(this.#server.certificatePem).validToDate.getTime();
  }

  /** Told of each renewed certificate; returns what stops it. */
  onRenewed(listener: (server: Identity) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** May be called twice. */
  close(): void {
    this.#timer?.cancel();
  }

  #watch(): void {
    this.#timer = this.#options.clock.after(lookEveryMs, () => {
      this.#renewWhenDue();
      this.#watch();
    });
  }

  #renewWhenDue(): void {
    const { clock, random, folder, applianceName, hosts, log } = this.#options;
    const isDue =
      !isFor(this.#server, hosts) || renewalDueAtMs(this.#server.certificatePem) <= clock.nowMs();
    if (!isDue) return;
    const subject = { kind: "server", commonName: applianceName, hosts } as const;
    this.#server = this.#authority.issue(subject, clock.nowMs(), random);
    writeIdentity(folder, "server", this.#server);
    log.info({ validToMs: this.serverValidToMs }, "the certificate of the API was issued");
    for (const listener of this.#listeners) listener(this.server);
  }
}

/** Whether there is a certificate, and it names every host there is now. */
function isFor({ certificatePem }: Identity, hosts: readonly string[]): boolean {
  if (certificatePem === "") return false;
  const names = new X509Certificate(certificatePem).subjectAltName ?? "";
  const known = names.split(", ").map((name) => name.replace(/^(?:DNS|IP Address):/, ""));
  return hosts.every((host) => known.includes(host));
}

function openAuthority(identity: Identity, folder: string): CertificateAuthority {
  try {
    return CertificateAuthority.open(identity);
  } catch (error) {
    throw new AppError(
      "wrong-setting",
      `The certificate authority in ${folder} cannot be read: put it back from a backup.`,
      { cause: error },
    );
  }
}

function readIdentity(folder: string, name: string): Identity | null {
  try {
    const text = readFileSync(path.join(folder, `${name}.pem`), "utf8");
    const at = text.indexOf("-----BEGIN PRIVATE KEY-----");
    return at === -1 ? null : { certificatePem: text.slice(0, at), privateKeyPem: text.slice(at) };
  } catch {
    return null; // the first start
  }
}

/** Certificate and key in one file, so that a crash leaves the old pair or the new one. */
function writeIdentity(folder: string, name: string, identity: Identity): void {
  const file = path.join(folder, `${name}.pem`);
  const fresh = `${file}.new`;
  writeFileSync(fresh, identity.certificatePem + identity.privateKeyPem, {
    mode: 0o600,
    flush: true,
  });
  renameSync(fresh, file);
}
