import { Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { type Readiness, useApiVersion, useReadiness } from "../../api/diagnostics.ts";
import { useAppInfo, useAppliances } from "../../api/use-appliances.ts";
import { Facts } from "../../parts/facts.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { PageHead } from "../../parts/page-head.tsx";
import { Panel } from "../../parts/panel.tsx";
import { StatusDot } from "../../parts/status-dot.tsx";
import { ParkedJobs } from "./parked-jobs.tsx";
import { readinessLines } from "./readiness-lines.ts";

/** Whether the appliance can do its work, and what waits for a person. */
export function Page(): ReactNode {
  const readiness = useReadiness();
  return (
    <>
      <PageHead title="Diagnostics" />
      <Stack gap="md">
        <Panel title="Health" note="Looked at every five seconds.">
          <Loaded query={readiness} failure="The health could not be read.">
            {(view) => <Health readiness={view} />}
          </Loaded>
        </Panel>
        <ParkedJobs />
        <Versions />
      </Stack>
    </>
  );
}

function Health({ readiness }: { readonly readiness: Readiness }): ReactNode {
  return (
    <Facts
      facts={readinessLines(readiness).map(({ name, kind, words }) => [
        name,
        <StatusDot key={name} kind={kind}>
          {words}
        </StatusDot>,
      ])}
    />
  );
}

function Versions(): ReactNode {
  const { data: api = "…" } = useApiVersion();
  const { data: info } = useAppInfo();
  const { data: appliances = [] } = useAppliances();
  const here = appliances.find(({ selected }) => selected);
  return (
    <Panel title="Versions">
      <Facts
        facts={[
          ["Appliance", `${here?.name ?? ""} at ${here?.address ?? ""}`],
          ["Its API", api],
          ["This console", info === undefined ? "…" : `${info.version} on ${info.platform}`],
        ]}
      />
    </Panel>
  );
}
