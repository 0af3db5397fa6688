import type { BudgetRule, EndCause } from "@agentcall/contract";

/** What a month may cost, and what it has cost so far: money, or the free plan's talk. */
export type Budget = {
  /** `number` and `appliance` count micro-dollars, `trial` milliseconds of talk. */
  readonly scope: "number" | "appliance" | "trial";
  readonly used: number;
  readonly limit: number;
  readonly rule: BudgetRule;
};

/** How much of a budget is used, as far as somebody is told: nothing to tell, 80 %, all of it. */
export type BudgetLevel = 0 | 80 | 100;

/** What an exhausted budget means for a new call. */
export type BudgetVerdict =
  { readonly kind: "go" } | { readonly kind: "reject" | "forward"; readonly endCause: EndCause };

/** A budget of nothing is used up from the start. */
export function levelOf({ used, limit }: Budget): BudgetLevel {
  if (used >= limit) return 100;
  return used * 100 >= limit * 80 ? 80 : 0;
}

/** A budget that stops calls goes before one that forwards them, and any before one that only warns. */
export function verdictOf(budgets: readonly Budget[]): BudgetVerdict {
  const used = budgets.filter((budget) => levelOf(budget) === 100);
  const stopping = used.find(({ rule }) => rule === "stop");
  if (stopping !== undefined) return { kind: "reject", endCause: causeOf(stopping) };
  const forwarding = used.find(({ rule }) => rule === "forward");
  if (forwarding !== undefined) return { kind: "forward", endCause: causeOf(forwarding) };
  return { kind: "go" };
}

function causeOf({ scope }: Budget): EndCause {
  return scope === "trial" ? "trial_exhausted" : "budget_exhausted";
}
