import { passphraseCost } from "@agentcall/vault";
import { RootKeyFile } from "./root-key-file.ts";
import type { RootSource } from "./root-source.ts";

/** Where the settings say that the root key comes from. */
export type RootSetting =
  | { readonly kind: "file"; readonly file: string; readonly credentialsDir: string | null }
  | { readonly kind: "passphrase" };

/** The root as it is there. Throws `wrong-setting` with one sentence for a file that is of no use. */
export function openRoot(setting: RootSetting): RootSource {
  if (setting.kind === "passphrase") return { kind: "passphrase", cost: passphraseCost };
  return { kind: "file", keys: RootKeyFile.open(setting.file, setting.credentialsDir) };
}
