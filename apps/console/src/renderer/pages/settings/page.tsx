import { Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { PageHead } from "../../parts/page-head.tsx";
import { KeyDelivery } from "../keys/key-delivery.tsx";
import { LicensePanel } from "./license-panel.tsx";
import { VaultPanel } from "./vault-panel.tsx";

/** What holds for the whole appliance. */
export function Page(): ReactNode {
  return (
    <>
      <PageHead title="Settings" />
      <Stack gap="md">
        <LicensePanel />
        <VaultPanel />
        <KeyDelivery />
      </Stack>
    </>
  );
}
