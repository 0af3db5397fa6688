import { AppError, type Clock, Secret } from "@agentcall/base";
import { errorBodySchema, fingerprintWords, pairedSchema } from "@agentcall/contract";
import type {
  AppInfo,
  ConsoleBridge,
  PairOutcome,
  ProbeOutcome,
  SaveOutcome,
} from "../shared/bridge.ts";
import { type ApplianceAddress, parseApplianceAddress } from "./appliance-address.ts";
import { ApplianceClient, probeCertificate, type TrustAnchor } from "./appliance-client.ts";
import type { PairedAppliances } from "./paired-appliances.ts";

export type BridgeParts = {
  readonly appliances: PairedAppliances;
  readonly appInfo: AppInfo;
  /** How this console is called in the appliance's list of keys. */
  readonly consoleName: string;
  /** Asks where to save and writes there; a browser has its own way. */
  readonly saveAs: (
    suggestedName: string,
    content: ReadableStream<Uint8Array>,
  ) => Promise<SaveOutcome>;
  readonly clock: Clock;
};

const noAddress =
  "This is no address of an appliance: https://name:8443, or http://127.0.0.1:8080 on this machine.";

/** What the bridge does. Inputs are parsed before they come here. */
export function bridgeHandlers(parts: BridgeParts): ConsoleBridge {
  const { appliances, appInfo } = parts;
  return {
    appInfo: () => Promise.resolve(appInfo),
    appliances: () => Promise.resolve(appliances.list()),
    probe: ({ address }) => probe(address, parts.clock),
    pair: (input) => pair(input, parts),
    async select({ id }) {
      await appliances.select(id);
      return appliances.list();
    },
    async unpair({ id }) {
      await appliances.remove(id);
      return appliances.list();
    },
    saveFile: ({ apiPath, suggestedName }) => saveFile(apiPath, suggestedName, parts),
  };
}

async function probe(typed: string, clock: Clock): Promise<ProbeOutcome> {
  const address = parseApplianceAddress(typed);
  if (address === null) return { kind: "unreachable", sentence: noAddress };
  if (address.kind === "plain-loopback") return { kind: "plain-loopback", address: address.text };
  try {
    const { fingerprint } = await probeCertificate(address, clock);
    const words = [...(fingerprintWords(fingerprint) ?? [])];
    return { kind: "certificate", address: address.text, fingerprint, words };
  } catch (error) {
    return { kind: "unreachable", sentence: sentenceOf(error) };
  }
}

/** The code is sent only to the certificate that the admin has compared. */
async function pair(
  input: { address: string; code: string; fingerprint: string | null },
  { appliances, consoleName, clock }: BridgeParts,
): Promise<PairOutcome> {
  const address = parseApplianceAddress(input.address);
  if (address === null) return { kind: "refused", sentence: noAddress };
  try {
    await appliances.assertRoom(address.text);
    const anchor = await comparedAnchor(address, input.fingerprint, clock);
    const client = new ApplianceClient(address, anchor);
    try {
      const { apiKey, applianceName } = await claim(client, input.code, consoleName);
      const appliance = await appliances.add({
        name: applianceName,
        address: address.text,
        anchor,
        apiKey: new Secret(apiKey),
      });
      return { kind: "paired", appliance };
    } finally {
      client.close();
    }
  } catch (error) {
    return { kind: "refused", sentence: sentenceOf(error) };
  }
}

async function comparedAnchor(
  address: ApplianceAddress,
  fingerprint: string | null,
  clock: Clock,
): Promise<TrustAnchor | null> {
  if (address.kind === "plain-loopback") return null;
  const anchor = await probeCertificate(address, clock);
  if (anchor.fingerprint === fingerprint) return anchor;
  throw new AppError(
    "pin_mismatch",
    "The certificate changed while it was being compared: look again.",
  );
}

async function claim(
  client: ApplianceClient,
  code: string,
  consoleName: string,
): Promise<{ apiKey: string; applianceName: string }> {
  const body = new TextEncoder().encode(JSON.stringify({ code, consoleName }));
  const answer = await client.send({
    method: "POST",
    path: "/v1/pairing/claim",
    headers: { "content-type": "application/json", "content-length": String(body.length) },
    body,
  });
  const told: unknown = await answer.json();
  if (answer.ok) return pairedSchema.parse(told);
  const { error } = errorBodySchema.parse(told);
  throw new AppError(error.code, error.message);
}

async function saveFile(
  apiPath: string,
  suggestedName: string,
  { appliances, saveAs }: BridgeParts,
): Promise<SaveOutcome> {
  try {
    const connection = appliances.selected();
    if (connection === null) return { kind: "failed", sentence: "This console is not paired yet." };
    const answer = await connection.client.send({
      method: "GET",
      path: apiPath,
      headers: { authorization: `Bearer ${connection.apiKey.reveal()}` },
      body: null,
    });
    if (!answer.ok || answer.body === null) {
      const told = errorBodySchema.safeParse(await answer.json().catch(() => null));
      const sentence = told.success
        ? told.data.error.message
        : "The appliance did not give the file.";
      return { kind: "failed", sentence };
    }
    return await saveAs(suggestedName, answer.body);
  } catch (error) {
    return { kind: "failed", sentence: sentenceOf(error) };
  }
}

function sentenceOf(error: unknown): string {
  return error instanceof AppError ? error.message : "Something went wrong in the console itself.";
}
