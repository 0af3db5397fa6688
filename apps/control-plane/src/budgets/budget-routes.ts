import { budgetSettingsSchema, budgetViewSchema } from "@agentcall/contract";
import { actorOf } from "../access/authorization.ts";
import type { App } from "../http/typed-app.ts";
import type { Budgets } from "./budgets.ts";

/** `/v1/settings/budget`: what a month may cost altogether, and where months begin. */
export function addBudgetRoutes(app: App, budgets: Budgets): void {
  app.get("/v1/settings/budget", { schema: { response: { 200: budgetViewSchema } } }, () =>
    budgets.view(),
  );
  app.put(
    "/v1/settings/budget",
    { schema: { body: budgetSettingsSchema, response: { 200: budgetViewSchema } } },
    (request) => budgets.configure(request.body, actorOf(request)),
  );
}
