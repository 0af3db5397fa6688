import type { LicenseView } from "@agentcall/contract";
import { Button, Progress, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useLicense } from "../../api/license.ts";
import { CopyValue } from "../../parts/copy-value.tsx";
import { Facts } from "../../parts/facts.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { moneyText } from "../../parts/money-text.ts";
import { Panel } from "../../parts/panel.tsx";
import { StatusDot } from "../../parts/status-dot.tsx";
import { dayText } from "../../parts/time-text.tsx";
import { InstallLicense } from "./install-license.tsx";
import { licenseStateOf } from "./license-state.ts";

const minuteMs = 60_000;

/** Which plan counts, until when, and at which prices. */
export function LicensePanel(): ReactNode {
  const license = useLicense();
  const [installing, setInstalling] = useState(false);
  return (
    <Panel
      title="Licence and plan"
      actions={
        <Button
          variant="default"
          onClick={() => {
            setInstalling(true);
          }}
        >
          Install licence…
        </Button>
      }
    >
      <Loaded query={license} failure="The licence could not be read.">
        {(view) => <LicenseFacts view={view} />}
      </Loaded>
      <InstallLicense
        opened={installing}
        onClose={() => {
          setInstalling(false);
        }}
      />
    </Panel>
  );
}

function LicenseFacts({ view }: { readonly view: LicenseView }): ReactNode {
  const { plan, license, rateCard, applianceId, trial } = view;
  const { kind, words } = licenseStateOf(view, (at) => dayText(new Date(at).getTime()));
  return (
    <Stack gap="sm">
      <StatusDot kind={kind}>{words}</StatusDot>
      <Facts
        facts={[
          ["Plan", plan === "pro" ? "pro: managed and own keys" : "free: the managed key only"],
          ...(license === null
            ? []
            : ([
                ["Customer", license.customer],
                [
                  "Valid",
                  `${dayText(new Date(license.validFrom).getTime())} to ${dayText(new Date(license.validUntil).getTime())}`,
                ],
                ["Calls at once", String(license.caps.concurrentCalls)],
              ] as const)),
          [
            "Prices of a minute",
            `${moneyText(rateCard.managedMicrosPerMinute)} managed, ${moneyText(rateCard.byokMicrosPerMinute)} own key, ${moneyText(rateCard.recordingMicrosPerMinute)} more while recording`,
          ],
          [
            "Charged",
            `The first ${String(rateCard.increment.firstSecs)} s, then by ${String(rateCard.increment.thenSecs)} s. Unanswered calls cost nothing.`,
          ],
          ["Appliance", <CopyValue key="id" label="the appliance's id" value={applianceId} />],
        ]}
      />
      {trial === null ? null : <Trial {...trial} />}
    </Stack>
  );
}

function Trial({
  includedMs,
  usedMs,
}: {
  readonly includedMs: number;
  readonly usedMs: number;
}): ReactNode {
  const share = includedMs === 0 ? 100 : Math.min(100, (usedMs / includedMs) * 100);
  const used = Math.ceil(usedMs / minuteMs);
  return (
    <div>
      <Text size="sm" mb={4}>
        {`${String(used)} of ${String(includedMs / minuteMs)} free minutes of this month are used.`}
      </Text>
      <Progress
        value={share}
        color={share >= 100 ? "red" : "teal"}
        aria-label="Free minutes used"
      />
    </div>
  );
}
