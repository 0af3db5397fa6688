import type { KeyboardEvent } from "react";

/** Up and Down move the focus from row to row; Home and End go to the first and the last. */
export function moveRowFocus(event: KeyboardEvent<HTMLTableRowElement>): void {
  const row = event.currentTarget;
  const body = row.parentElement;
  const target = targetOf(event.key, row, body);
  if (!(target instanceof HTMLElement)) return;
  event.preventDefault();
  target.focus();
}

function targetOf(
  key: string,
  row: HTMLTableRowElement,
  body: HTMLElement | null,
): Element | null | undefined {
  switch (key) {
    case "ArrowDown":
      return row.nextElementSibling;
    case "ArrowUp":
      return row.previousElementSibling;
    case "Home":
      return body?.firstElementChild;
    case "End":
      return body?.lastElementChild;
    default:
      return null;
  }
}
