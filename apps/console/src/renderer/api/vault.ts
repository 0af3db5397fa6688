import { type VaultView, vaultViewSchema } from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { ask } from "./api-client.ts";
import { numbersKey } from "./numbers.ts";
import { changed } from "./query-client.ts";

const key = ["vault"];

export function useVault(): UseQueryResult<VaultView> {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => ask("GET", "/v1/vault", vaultViewSchema, { signal }),
  });
}

/** A new wrapping key; what is sealed is wrapped by it in the background. */
export async function rotateVault(): Promise<VaultView> {
  return command("rotate");
}

/** Forgets the keys in memory, until the passphrase is given again. */
export async function sealVault(): Promise<VaultView> {
  return command("seal");
}

export async function unsealVault(passphrase: string): Promise<VaultView> {
  return command("unseal", { passphrase });
}

async function command(verb: string, body?: unknown): Promise<VaultView> {
  return changed(ask("POST", `/v1/vault/${verb}`, vaultViewSchema, { body }), key, numbersKey);
}
