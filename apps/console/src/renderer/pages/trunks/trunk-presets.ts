import type { TrunkDraft } from "./trunk-draft.ts";

/** What a kind of carrier wants; the fields that are left are asked for. */
export type TrunkPreset = {
  readonly id: string;
  readonly label: string;
  readonly note: string;
  readonly sets: Partial<TrunkDraft>;
};

/** The kinds of lines that are sold, by how a line proves whose it is. */
export const trunkPresets: readonly TrunkPreset[] = [
  {
    id: "register",
    label: "Registers with a user name",
    note: "The carrier gave you a server, a user name and a password. The usual line for an office, and it works behind a router.",
    sets: { registers: true, takesFromServers: true, addresses: "" },
  },
  {
    id: "address",
    label: "Fixed addresses",
    note: "The carrier knows you by your public address and sends calls from its own. The usual line for many channels.",
    sets: { registers: false, takesFromServers: true },
  },
  {
    id: "secure",
    label: "Fixed addresses, encrypted",
    note: "The same over TLS, with SRTP for the voice. The carrier must have switched on both.",
    sets: { registers: false, transport: "tls", srtp: "required", takesFromServers: true },
  },
  {
    id: "exchange",
    label: "A telephone system in this house",
    note: "Your own exchange sends its calls here and takes those that are handed over.",
    sets: { registers: false, takesFromServers: true, hasSessionTimer: false },
  },
];
