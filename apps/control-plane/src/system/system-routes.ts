import { alertSettingsSchema, type SystemView, systemViewSchema } from "@agentcall/contract";
import { actorOf } from "../access/authorization.ts";
import type { App } from "../http/typed-app.ts";
import type { AlertMail } from "./alert-mail.ts";
import type { Alerts } from "./alerts.ts";
import type { SystemState } from "./system-state.ts";

/** The appliance as its routes show it. */
export type SystemParts = {
  readonly state: SystemState;
  readonly alerts: Alerts;
  readonly mail: AlertMail;
};

/** `/v1/system`: how the appliance fares; `/v1/settings/alerts`: who gets a mail about it. */
export function addSystemRoutes(app: App, { state, alerts, mail }: SystemParts): void {
  app.get(
    "/v1/system",
    { schema: { response: { 200: systemViewSchema } } },
    async (): Promise<SystemView> => {
      await alerts.look();
      return { ...(await state.view()), alerts: [...alerts.views] };
    },
  );
  app.get("/v1/settings/alerts", { schema: { response: { 200: alertSettingsSchema } } }, () =>
    mail.settings(),
  );
  app.put(
    "/v1/settings/alerts",
    { schema: { body: alertSettingsSchema, response: { 200: alertSettingsSchema } } },
    (request) => mail.configure(request.body, actorOf(request)),
  );
}
