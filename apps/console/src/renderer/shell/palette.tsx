import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { IconHistory, IconPhone, IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useLatestCalls } from "../api/calls.ts";
import { useNumbers } from "../api/numbers.ts";
import { partiesOf } from "../parts/call-party.ts";
import { phoneNumberText } from "../parts/phone-number-text.ts";
import { momentText } from "../parts/time-text.tsx";
import { pages } from "./page-list.ts";

const shownMax = 12; // what fits without scrolling; more letters find the rest
const callsSearched = 100; // the API's largest page: older calls are found on their own screen
const iconProps = { size: 18, stroke: 1.7 };

/** Ctrl K: every screen, number and recent call, by a part of its name or its digits. */
export function Palette(): ReactNode {
  const actions = [...useScreenActions(), ...useNumberActions(), ...useCallActions()];
  return (
    <Spotlight
      actions={actions}
      shortcut={["mod + K"]}
      limit={shownMax}
      nothingFound="There is no screen, number or recent call like that."
      highlightQuery
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: "Go to a screen, a number, a call…",
        "aria-label": "Go to",
      }}
    />
  );
}

function useScreenActions(): readonly SpotlightActionData[] {
  const navigate = useNavigate();
  return pages.map(({ path, label, jumpKey, icon: Icon }) => ({
    id: path,
    label,
    description: `g ${jumpKey}`,
    leftSection: <Icon {...iconProps} />,
    onClick: () => void navigate({ to: path }),
  }));
}

function useNumberActions(): readonly SpotlightActionData[] {
  const navigate = useNavigate();
  const { data: numbers = [] } = useNumbers();
  return numbers.map(({ id, number, label }) => ({
    id,
    label: phoneNumberText(number),
    description: label === null ? "Number" : `Number, ${label}`,
    keywords: [number],
    leftSection: <IconPhone {...iconProps} />,
    onClick: () => void navigate({ to: "/numbers", search: { open: id } }),
  }));
}

function useCallActions(): readonly SpotlightActionData[] {
  const navigate = useNavigate();
  const { data: calls = [] } = useLatestCalls(callsSearched);
  return calls.map((call) => {
    const { theirs } = partiesOf(call);
    return {
      id: call.id,
      label: `Call with ${phoneNumberText(theirs)}`,
      description: momentText(call.startedAt),
      keywords: [theirs],
      leftSection: <IconHistory {...iconProps} />,
      onClick: () => void navigate({ to: `/calls/${call.id}` }),
    };
  });
}
