import { Box, Menu, Text, UnstyledButton } from "@mantine/core";
import { IconPlugConnectedX, IconPlus } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Appliance } from "../../shared/bridge.ts";
import { bridge } from "../api/bridge.ts";
import type { LiveState } from "../api/live-events.ts";
import { showAppliances, useAppliances } from "../api/use-appliances.ts";
import { useLiveState } from "../api/use-live.ts";
import { StatusDot } from "../parts/status-dot.tsx";

/** Which appliance is looked at, how it is, and the way to the others. */
export function ApplianceSwitch(): ReactNode {
  const { data: appliances = [] } = useAppliances();
  const state = useLiveState();
  const navigate = useNavigate();
  const selected = appliances.find((each) => each.selected);
  if (selected === undefined) return null;
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <UnstyledButton px={8} pb={10}>
          <StatusDot kind={state.kind === "live" ? "good" : "waiting"}>
            <Box>
              <Text size="sm" fw={650}>
                {selected.name}
              </Text>
              <Text size="xs" c="dimmed">
                {hostOf(selected)}, {wordsOf(state)}
              </Text>
            </Box>
          </StatusDot>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {appliances.map((each) => (
          <Menu.Item
            key={each.id}
            disabled={each.selected}
            onClick={() => void bridge.select({ id: each.id }).then(showAppliances)}
          >
            {each.name} · {hostOf(each)}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconPlus size={14} />}
          onClick={() => void navigate({ to: "/pair" })}
        >
          Pair another appliance…
        </Menu.Item>
        <Menu.Item
          leftSection={<IconPlugConnectedX size={14} />}
          onClick={() => void bridge.unpair({ id: selected.id }).then(showAppliances)}
        >
          Unpair {selected.name}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function hostOf({ address }: Appliance): string {
  return new URL(address).host;
}

function wordsOf(state: LiveState): string {
  switch (state.kind) {
    case "connecting":
      return "connecting";
    case "live":
      return "connected";
    case "stale":
      return "not reached";
  }
}
