import { z } from "zod";

/**
 * What happens when a monthly budget is used up: `warn` tells and goes on, `stop` lets calls in
 * progress finish and takes no other, `forward` hands callers over to the number's forward target.
 */
const budgetRules = ["warn", "stop", "forward"] as const;
export const budgetRuleSchema = z.enum(budgetRules);
export type BudgetRule = z.infer<typeof budgetRuleSchema>;

const timezoneCharsMax = 64;

/** `PUT /v1/settings/budget` */
export const budgetSettingsSchema = z.strictObject({
  /** Of all numbers together; null sets none. */
  monthlyBudgetMicros: z.int().min(0).nullable().default(null),
  whenBudgetUsed: budgetRuleSchema.default("stop"),
  /** An IANA name such as `Europe/Berlin`: where the months of budgets begin. */
  timezone: z.string().trim().min(1).max(timezoneCharsMax).default("UTC"),
});
export type BudgetSettings = z.infer<typeof budgetSettingsSchema>;

/** `GET /v1/settings/budget` */
export const budgetViewSchema = z.object({
  ...budgetSettingsSchema.shape,
  /** The month that it is there now. */
  month: z.string(),
  /** Of this month: what is booked, and what the calls in progress have cost so far. */
  usedMicros: z.int(),
});
export type BudgetView = z.infer<typeof budgetViewSchema>;
