import { type Role, roles } from "@agentcall/contract";
import type { ReactNode } from "react";
import { Facts } from "../../parts/facts.tsx";

/** What each role may do, in a sentence. */
export const roleTexts: Readonly<Record<Role, string>> = {
  viewer: "Reads numbers, calls, transcripts, trunks and usage. Changes nothing.",
  operator: "Also changes numbers and their agents, and ends calls.",
  admin: "Everything: OpenAI keys, trunks, webhooks, the vault, the licence, and other API keys.",
};

export function RoleList(): ReactNode {
  return <Facts facts={roles.map((role) => [role, roleTexts[role]] as const)} />;
}
