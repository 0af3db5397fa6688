import {
  mailSettingsSchema,
  mailSettingsViewSchema,
  mailTestedSchema,
  mailTestSchema,
} from "@agentcall/contract";
import { actorOf } from "../access/authorization.ts";
import type { App } from "../http/typed-app.ts";
import type { Mail } from "./mail.ts";

// A test opens a connection to wherever the settings say.
const rateLimit = { max: 10, timeWindow: "1 minute" };

/** `/v1/settings/mail`: the SMTP server, and a test of it. */
export function addMailRoutes(app: App, mail: Mail): void {
  app.get(
    "/v1/settings/mail",
    { schema: { response: { 200: mailSettingsViewSchema } } },
    async () => mail.settings(),
  );
  app.put(
    "/v1/settings/mail",
    { schema: { body: mailSettingsSchema, response: { 200: mailSettingsViewSchema } } },
    async (request) => mail.configure(request.body, actorOf(request)),
  );
  app.post(
    "/v1/settings/mail/test",
    {
      config: { rateLimit },
      schema: { body: mailTestSchema, response: { 200: mailTestedSchema } },
    },
    async ({ body }) => {
      const reason = await mail.test(body.to);
      return { ok: reason === null, reason };
    },
  );
}
