import { AppError, newId, type Random, Secret } from "@agentcall/base";
import { fingerprintWords } from "@agentcall/contract";
import { z } from "zod";
import type { Appliance } from "../shared/bridge.ts";
import { parseApplianceAddress } from "./appliance-address.ts";
import { ApplianceClient, type TrustAnchor } from "./appliance-client.ts";

/** Where the list rests between two starts: one text, sealed by the operating system. */
export type SealedFile = {
  /** Null when there is none, or none that this user can open. */
  read(): Promise<string | null>;
  /** Throws `no_key_store` where `write` would. */
  assertWritable(): Promise<void>;
  write(text: string): Promise<void>;
};

const appliancesMax = 50; // one admin's sites

const storedSchema = z.object({
  selectedId: z.string().nullable(),
  appliances: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        address: z.string(),
        anchor: z.object({ pem: z.string(), fingerprint: z.string() }).nullable(),
        apiKey: z.string(),
      }),
    )
    .max(appliancesMax),
});
type Stored = z.infer<typeof storedSchema>;
type StoredAppliance = Stored["appliances"][number];

/** An appliance that requests can be sent to. The key is added on this side only. */
export type Connection = { readonly client: ApplianceClient; readonly apiKey: Secret };

/** The appliances that this console is paired with. Their keys never leave this side. */
export class PairedAppliances {
  readonly #file: SealedFile;
  readonly #random: Random;
  #stored: Stored;
  #last: Promise<void> = Promise.resolve();
  #connection: { readonly id: string; readonly connection: Connection } | null = null;

  private constructor(file: SealedFile, random: Random, stored: Stored) {
    this.#file = file;
    this.#random = random;
    this.#stored = stored;
  }

  /** What cannot be read is an empty list: the admin pairs again, and nothing is guessed. */
  static async open(file: SealedFile, random: Random): Promise<PairedAppliances> {
    const text = await file.read();
    return new PairedAppliances(file, random, parseStored(text));
  }

  list(): Appliance[] {
    return this.#stored.appliances.map((each) => ({
      id: each.id,
      name: each.name,
      address: each.address,
      fingerprintWords:
        each.anchor === null ? null : [...(fingerprintWords(each.anchor.fingerprint) ?? [])],
      selected: each.id === this.#stored.selectedId,
    }));
  }

  /**
   * Throws what `add` would throw at this address, `no_key_store` or `too_many_appliances`: asked
   * before a one-time code is spent.
   */
  async assertRoom(address: string): Promise<void> {
    this.#othersThan(address);
    await this.#file.assertWritable();
  }

  /** Added and selected; one with the same address is replaced. */
  async add(paired: {
    readonly name: string;
    readonly address: string;
    readonly anchor: TrustAnchor | null;
    readonly apiKey: Secret;
  }): Promise<Appliance> {
    const { name, address, anchor } = paired;
    const id = newId("appliance", this.#random);
    const added = { id, name, address, anchor, apiKey: paired.apiKey.reveal() };
    await this.#keep(() => ({
      selectedId: id,
      appliances: [...this.#othersThan(address), added],
    }));
    return { id, name, address, selected: true, fingerprintWords: this.#wordsOf(id) };
  }

  async select(id: string): Promise<void> {
    await this.#keep((stored) =>
      this.#find(id) === null ? stored : { ...stored, selectedId: id },
    );
  }

  /** The key is forgotten on this computer; it stays valid on the appliance until it is revoked there. */
  async remove(id: string): Promise<void> {
    await this.#keep((stored) => {
      const appliances = stored.appliances.filter((each) => each.id !== id);
      const isSelected = stored.selectedId === id;
      return {
        selectedId: isSelected ? (appliances[0]?.id ?? null) : stored.selectedId,
        appliances,
      };
    });
  }

  /** The way to the selected appliance, or null when none is. */
  selected(): Connection | null {
    const { selectedId } = this.#stored;
    const appliance = selectedId === null ? null : this.#find(selectedId);
    if (appliance === null) return null;
    if (this.#connection?.id !== appliance.id) {
      this.#connection?.connection.client.close();
      this.#connection = { id: appliance.id, connection: connectionOf(appliance) };
    }
    return this.#connection.connection;
  }

  close(): void {
    this.#connection?.connection.client.close();
    this.#connection = null;
  }

  #find(id: string): StoredAppliance | null {
    return this.#stored.appliances.find((each) => each.id === id) ?? null;
  }

  #wordsOf(id: string): string[] | null {
    const anchor = this.#find(id)?.anchor ?? null;
    return anchor === null ? null : [...(fingerprintWords(anchor.fingerprint) ?? [])];
  }

  #othersThan(address: string): StoredAppliance[] {
    const others = this.#stored.appliances.filter((each) => each.address !== address);
    if (others.length < appliancesMax) return others;
    throw new AppError("too_many_appliances", "Unpair an appliance first: the list is full.");
  }

  /** One change after the other, each on what the former has left: calls of the bridge overlap. */
  #keep(change: (stored: Stored) => Stored): Promise<void> {
    const kept = this.#last.then(async () => {
      const stored = change(this.#stored);
      await this.#file.write(JSON.stringify(stored));
      this.#stored = stored;
      if (stored.selectedId !== this.#connection?.id) this.close();
    });
    this.#last = kept.catch(() => undefined); // told to whoever asked for the change
    return kept;
  }
}

function parseStored(text: string | null): Stored {
  const empty: Stored = { selectedId: null, appliances: [] };
  if (text === null) return empty;
  try {
    return storedSchema.parse(JSON.parse(text));
  } catch {
    return empty;
  }
}

function connectionOf({ address, anchor, apiKey }: StoredAppliance): Connection {
  const parsed = parseApplianceAddress(address);
  if (parsed === null) throw new AppError("unreachable", `${address} is no address.`);
  return { client: new ApplianceClient(parsed, anchor), apiKey: new Secret(apiKey) };
}
