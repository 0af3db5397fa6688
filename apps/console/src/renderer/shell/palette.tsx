import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { pages } from "./page-list.ts";

/** Ctrl K: every screen by its name. */
export function Palette(): ReactNode {
  const navigate = useNavigate();
  const actions: SpotlightActionData[] = pages.map(({ path, label, jumpKey, icon: Icon }) => ({
    id: path,
    label,
    description: `g ${jumpKey}`,
    leftSection: <Icon size={18} stroke={1.7} />,
    onClick: () => void navigate({ to: path }),
  }));
  return (
    <Spotlight
      actions={actions}
      shortcut={["mod + K"]}
      nothingFound="There is no screen of that name."
      highlightQuery
      searchProps={{
        leftSection: <IconSearch size={18} />,
        placeholder: "Go to…",
        "aria-label": "Go to",
      }}
    />
  );
}
