import {
  ActionIcon,
  Box,
  Button,
  Group,
  Kbd,
  NavLink,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { openSpotlight } from "@mantine/spotlight";
import { IconMoon, IconSearch, IconSun } from "@tabler/icons-react";
import { useLocation, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useAppInfo } from "../api/use-appliances.ts";
import { ApplianceSwitch } from "./appliance-switch.tsx";
import { type Page, pageGroups, pages } from "./page-list.ts";

/** Where one is, and where one can go. */
export function Sidebar(): ReactNode {
  return (
    <nav className="sidebar" aria-label="Screens">
      <ApplianceSwitch />
      <Button
        variant="default"
        size="xs"
        justify="space-between"
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={<Kbd size="xs">Ctrl K</Kbd>}
        onClick={() => {
          openSpotlight();
        }}
      >
        Go to…
      </Button>
      {pageGroups.map((group) => (
        <PageGroup key={group} group={group} />
      ))}
      <Box flex={1} />
      <Foot />
    </nav>
  );
}

function PageGroup({ group }: { readonly group: Page["group"] }): ReactNode {
  const shown = pages.filter((page) => page.group === group);
  if (shown.length === 0) return null;
  return (
    <Box mt={group === "" ? 8 : 0}>
      {group === "" ? null : <div className="sidebar-group">{group}</div>}
      {shown.map((page) => (
        <PageLink key={page.path} page={page} />
      ))}
    </Box>
  );
}

function PageLink({ page }: { readonly page: Page }): ReactNode {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const isHere = page.path === "/" ? pathname === "/" : pathname.startsWith(page.path);
  const Badge = page.badge;
  const Icon = page.icon;
  return (
    <NavLink
      href={`#${page.path}`}
      label={page.label}
      active={isHere}
      aria-current={isHere ? "page" : undefined}
      leftSection={<Icon size={16} stroke={1.7} aria-hidden />}
      rightSection={Badge === undefined ? null : <Badge />}
      py={6}
      styles={{ root: { borderRadius: 4 } }}
      onClick={(event) => {
        event.preventDefault();
        void navigate({ to: page.path });
      }}
    />
  );
}

function Foot(): ReactNode {
  const { data: info } = useAppInfo();
  const { setColorScheme } = useMantineColorScheme();
  const isDark = useComputedColorScheme("light") === "dark";
  return (
    <Group justify="space-between" px={8}>
      <Text size="xs" c="dimmed">
        {info === undefined ? "" : `${info.version} on ${info.platform}`}
      </Text>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={isDark ? "Use light colours" : "Use dark colours"}
        onClick={() => {
          setColorScheme(isDark ? "light" : "dark");
        }}
      >
        {isDark ? <IconSun size={16} /> : <IconMoon size={16} />}
      </ActionIcon>
    </Group>
  );
}
