import { Secret } from "@agentcall/base";

// `sk-`, `sk-proj-` and `sk-svcacct-`, then letters, digits, `-` and `_`; organisations' admin keys are none of these.
const keyForm = /^sk-(?!admin-)[A-Za-z0-9_-]{16,300}$/;
const prefixes = ["sk-proj-", "sk-svcacct-", "sk-"];
const shownLetters = 4;

/** The key in what somebody pasted, without the spaces and quotes around it; null for what is no key. */
export function parseOpenaiKey(pasted: string): Secret | null {
  const text = pasted
    .trim()
    .replace(/^(["'`])(.*)\1$/s, "$2")
    .trim();
  return keyForm.test(text) ? new Secret(text) : null;
}

/** What may be shown of a key: its prefix and its last four letters. */
export function previewOf(key: Secret): string {
  const text = key.reveal();
  const prefix = prefixes.find((each) => text.startsWith(each)) ?? "";
  return `${prefix}...${text.slice(-shownLetters)}`;
}
