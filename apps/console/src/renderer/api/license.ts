import { type LicenseView, licenseViewSchema } from "@agentcall/contract";
import { useQuery, type UseQueryResult } from "@tanstack/react-query";
import { ask } from "./api-client.ts";
import { numbersKey } from "./numbers.ts";
import { changed } from "./query-client.ts";

const key = ["license"];

export function useLicense(): UseQueryResult<LicenseView> {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => ask("GET", "/v1/license", licenseViewSchema, { signal }),
  });
}

/** The vendor's file, as it was parsed; the appliance checks its signature. */
export async function installLicense(file: unknown): Promise<LicenseView> {
  const installing = ask("PUT", "/v1/license", licenseViewSchema, { body: file });
  return changed(installing, key, numbersKey);
}
