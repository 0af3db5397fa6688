import type { KeyboardEvent } from "react";
import { moveRowFocus } from "./row-focus.ts";

/** What makes a row of a table lead somewhere: by a click, or by the arrow keys and Enter. */
export function rowLink(open: () => void): {
  readonly tabIndex: number;
  readonly onClick: () => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLTableRowElement>) => void;
} {
  return {
    tabIndex: 0,
    onClick: open,
    onKeyDown(event) {
      if (event.target !== event.currentTarget) return;
      if (event.key === "Enter") open();
      else moveRowFocus(event);
    },
  };
}
