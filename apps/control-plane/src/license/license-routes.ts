import { type LicenseView, licenseViewSchema, signedLicenseSchema } from "@agentcall/contract";
import { actorOf } from "../access/authorization.ts";
import { timeText } from "../calls/call-view.ts";
import type { App } from "../http/typed-app.ts";
import type { Licensing } from "./licensing.ts";

const path = "/v1/license";

/** `/v1/license`: which plan counts, until when, at which prices. */
export function addLicenseRoutes(app: App, licensing: Licensing): void {
  app.get(path, { schema: { response: { 200: licenseViewSchema } } }, () => viewOf(licensing));

  app.put(
    path,
    { schema: { body: signedLicenseSchema, response: { 200: licenseViewSchema } } },
    async (request) => {
      await licensing.install(request.body, actorOf(request));
      return viewOf(licensing);
    },
  );
}

async function viewOf(licensing: Licensing): Promise<LicenseView> {
  const { plan, state, license, rateCard, graceUntilMs } = licensing.entitlement();
  return {
    applianceId: licensing.applianceId,
    plan,
    state,
    evaluation: license?.evaluation ?? false,
    license,
    graceUntil: graceUntilMs === null ? null : timeText(graceUntilMs),
    rateCard,
    trial: await licensing.trial(),
  };
}
