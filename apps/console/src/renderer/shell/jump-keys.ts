import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { systemClock, type Timer } from "../../shared/time.ts";
import { pages } from "./page-list.ts";

const secondKeyMsMax = 1_500; // `g`, and then somebody thought of something else

/** `g n` goes to the numbers, and so on, unless somebody is typing. */
export function useJumpKeys(): void {
  const navigate = useNavigate();
  useEffect(() => {
    const clock = systemClock();
    let waiting: Timer | null = null;
    const stopWaiting = (): void => {
      waiting?.cancel();
      waiting = null;
    };
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (waiting === null) {
        if (event.key === "g") waiting = clock.after(secondKeyMsMax, stopWaiting);
        return;
      }
      stopWaiting();
      const page = pages.find(({ jumpKey }) => jumpKey === event.key);
      if (page === undefined) return;
      event.preventDefault();
      void navigate({ to: page.path });
    };
    document.addEventListener("keydown", onKey);
    return () => {
      stopWaiting();
      document.removeEventListener("keydown", onKey);
    };
  }, [navigate]);
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}
