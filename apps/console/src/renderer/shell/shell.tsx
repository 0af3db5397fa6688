import { Box } from "@mantine/core";
import { Navigate, Outlet } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { liveEvents } from "../api/live-events.ts";
import { keepWhatIsSpoken } from "../api/spoken-now.ts";
import { queryClient } from "../api/query-client.ts";
import { useAppliances } from "../api/use-appliances.ts";
import { useLiveState } from "../api/use-live.ts";
import { Palette } from "./palette.tsx";
import { Sidebar } from "./sidebar.tsx";
import { StaleBanner } from "./stale-banner.tsx";
import { useJumpKeys } from "./jump-keys.ts";

/** The frame around every screen: sidebar, palette, and what is said when the appliance is away. */
export function Shell(): ReactNode {
  const { data: appliances } = useAppliances();
  const selected = appliances?.find((each) => each.selected) ?? null;
  if (appliances === undefined) return null;
  if (selected === null) return <Navigate to="/pair" />;
  return <PairedShell key={selected.id} />;
}

function PairedShell(): ReactNode {
  const state = useLiveState();
  useJumpKeys();
  useEffect(keepWhatIsSpoken, []);
  useEffect(() => liveEvents.start(), []);
  useEffect(() => {
    // What happened while nobody listened is read anew.
    if (state.kind === "live") void queryClient.invalidateQueries();
  }, [state.kind]);
  return (
    <div className="shell">
      <a className="skip-link" href="#page">
        Skip to the page
      </a>
      <Sidebar />
      <main id="page" className="page" tabIndex={-1}>
        <StaleBanner />
        <Box className={state.kind === "stale" ? "page-stale" : ""} flex={1} mih={0}>
          <Outlet />
        </Box>
      </main>
      <Palette />
    </div>
  );
}
