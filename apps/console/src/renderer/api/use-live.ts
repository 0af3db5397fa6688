import type { LiveMessage } from "@agentcall/contract";
import { useEffect, useSyncExternalStore } from "react";
import { liveEvents, type LiveState } from "./live-events.ts";

/** How the page stands with the appliance, now. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(
    (changed) => liveEvents.watch(changed),
    () => liveEvents.state,
  );
}

/** Runs `listener` for each message while the component is shown. Give it a stable function. */
export function useLiveMessages(listener: (message: LiveMessage) => void): void {
  useEffect(() => liveEvents.listen(listener), [listener]);
}
