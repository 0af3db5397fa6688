import type { NumberView } from "@agentcall/contract";
import type { StatusKind } from "../../parts/status-dot.tsx";

export const numberFilters = ["all", "attention", "own", "managed"] as const;
export type NumberFilter = (typeof numberFilters)[number];
export type NumberSort = "number" | "label" | "state";

/** How a number stands, in words. */
export type NumberState = { readonly kind: StatusKind; readonly words: string };

const states: Readonly<Record<NumberView["status"], NumberState>> = {
  ready: { kind: "good", words: "Ready" },
  no_agent: { kind: "bad", words: "No agent" },
  managed_key_missing: { kind: "bad", words: "No managed key" },
  key_unreadable: { kind: "bad", words: "Key damaged" },
  trial_exhausted: { kind: "bad", words: "Free minutes used up" },
  vault_sealed: { kind: "bad", words: "Vault sealed" },
};

/** What does not answer is what an admin should see first. */
export function stateOf({ status }: NumberView): NumberState {
  return states[status];
}

/** Digits are found however they are written: `415 555` finds +14155550100. */
export function filterNumbers(
  numbers: readonly NumberView[],
  text: string,
  filter: NumberFilter,
): readonly NumberView[] {
  const words = text.trim().toLowerCase();
  const digits = words.replaceAll(/[\s()+-]/g, "");
  return numbers.filter((number) => isShown(number, filter) && matches(number, words, digits));
}

function isShown(number: NumberView, filter: NumberFilter): boolean {
  switch (filter) {
    case "all":
      return true;
    case "attention":
      return stateOf(number).kind !== "good";
    case "own":
      return number.voiceMode === "byok";
    case "managed":
      return number.voiceMode === "managed";
  }
}

function matches({ number, label }: NumberView, words: string, digits: string): boolean {
  if (words === "") return true;
  const isDigits = /^\d+$/.test(digits);
  return (isDigits && number.includes(digits)) || (label ?? "").toLowerCase().includes(words);
}

export function sortNumbers(
  numbers: readonly NumberView[],
  sort: NumberSort,
): readonly NumberView[] {
  const keyOf = (number: NumberView): string => {
    switch (sort) {
      case "number":
        return number.number;
      case "label":
        return number.label ?? "";
      case "state":
        return stateOf(number).words;
    }
  };
  return [...numbers].sort(
    (one, other) =>
      keyOf(one).localeCompare(keyOf(other)) || one.number.localeCompare(other.number),
  );
}
