import type { ApiDocument } from "@agentcall/contract";
import { z } from "zod";
import type { App } from "../http/typed-app.ts";
import { describeApi } from "./describe-api.ts";
import { docsPage } from "./docs-page.ts";
import { docsStyle } from "./docs-style.ts";

const searchCharsMax = 100;
const query = z.object({ q: z.string().max(searchCharsMax).default("") });
/** The page runs nothing and loads nothing but its own style. */
const pagePolicy =
  "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** `/openapi.json`, and the same to be read at `/docs`. Both are made once, of all routes there are. Returns the document. */
export function addDocsRoutes(app: App): () => ApiDocument {
  let made: ApiDocument | null = null;
  const document = (): ApiDocument => (made ??= describeApi(app.swagger()));

  app.get("/openapi.json", { schema: { hide: true } }, () => document());

  app.get("/docs", { schema: { hide: true, querystring: query } }, (request, reply) =>
    reply
      .header("content-security-policy", pagePolicy)
      .header("x-content-type-options", "nosniff")
      .header("referrer-policy", "no-referrer")
      .type("text/html; charset=utf-8")
      .send(docsPage(document(), request.query.q)),
  );

  app.get("/docs/style.css", { schema: { hide: true } }, (_, reply) =>
    reply
      .header("x-content-type-options", "nosniff")
      .type("text/css; charset=utf-8")
      .send(docsStyle),
  );
  return document;
}
