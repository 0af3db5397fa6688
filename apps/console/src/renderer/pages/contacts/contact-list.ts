import type { ContactView } from "@agentcall/contract";

/** The contacts whose name, tag or digits hold what was typed; all of them where nothing was. */
export function contactsLike(
  contacts: readonly ContactView[],
  filter: string,
): readonly ContactView[] {
  const words = filter.trim().toLowerCase();
  if (words === "") return contacts;
  const digits = words.replaceAll(/\D/g, "");
  return contacts.filter(
    ({ displayName, phone, tags }) =>
      (displayName?.toLowerCase().includes(words) ?? false) ||
      tags.some((tag) => tag.toLowerCase().includes(words)) ||
      (digits !== "" && phone.includes(digits)),
  );
}

/** The E.164 number that was typed whole, in whatever grouping; null where it is none. */
export function wholeNumberIn(filter: string): string | null {
  const number = filter.replaceAll(/[\s()./-]/g, "");
  return /^\+[1-9]\d{6,14}$/.test(number) ? number : null;
}
