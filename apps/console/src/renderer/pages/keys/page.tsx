import { Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { PageHead } from "../../parts/page-head.tsx";
import { KeyDelivery } from "./key-delivery.tsx";
import { ManagedKey } from "./managed-key.tsx";
import { OwnKeys } from "./own-keys.tsx";

/** Which OpenAI keys pay, and how they fare: by fingerprint and last four characters, never the key. */
export function Page(): ReactNode {
  return (
    <>
      <PageHead title="OpenAI keys" />
      <Stack gap="md">
        <OwnKeys />
        <ManagedKey />
        <KeyDelivery />
      </Stack>
    </>
  );
}
