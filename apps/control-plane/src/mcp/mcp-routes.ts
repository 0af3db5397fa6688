import { AppError } from "@agentcall/base";
import { type ApiDocument, errorCatalogue, type RateCard } from "@agentcall/contract";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { FastifyRequest } from "fastify";
import { mayAct } from "../access/api-key.ts";
import { callerOf } from "../access/authorization.ts";
import { routeRoles } from "../access/route-roles.ts";
import type { BrowserOrigins } from "../http/browser-origins.ts";
import type { App } from "../http/typed-app.ts";
import { type Ask, mcpServer } from "./mcp-server.ts";
import { mcpTools } from "./mcp-tools.ts";
import { type ToolDefinition, toolDefinition } from "./tool-definition.ts";

// Each tool call is a request of REST too, and is counted there: this only bounds empty talk.
const requestsPerMinuteMax = 300;

export type McpRoutesDeps = {
  readonly document: () => ApiDocument;
  readonly rates: () => RateCard;
  readonly browserOrigins: BrowserOrigins;
};

/**
 * `POST /mcp`: the Model Context Protocol over streamable HTTP (revision 2025-06-18), without
 * sessions. A tool call is the REST request that it stands for, with the caller's own key, so that
 * roles, plan limits, rate limits and the audit are the same.
 */
export function addMcpRoutes(app: App, deps: McpRoutesDeps): void {
  const hidden = { hide: true };
  const config = { rateLimit: { max: requestsPerMinuteMax, timeWindow: "1 minute" } };

  app.post("/mcp", { config, schema: hidden }, async (request, reply) => {
    refuseStrangeOrigin(request, deps.browserOrigins);
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
    const server = mcpServer(toolsFor(request, deps), askAs(app, request));
    try {
      await server.connect(transport);
      const response = await transport.handleRequest(webRequestOf(request), {
        parsedBody: request.body,
      });
      const body = Buffer.from(await response.arrayBuffer());
      return await reply
        .code(response.status)
        .type(response.headers.get("content-type") ?? "application/json")
        .send(body);
    } finally {
      await server.close();
    }
  });

  // Nothing is pushed and there is no session to end (section "Listening for Messages from the Server").
  for (const method of ["GET", "DELETE"] as const) {
    app.route({
      method,
      url: "/mcp",
      schema: hidden,
      handler: () => {
        throw new AppError("method_not_allowed", errorCatalogue.method_not_allowed.message);
      },
    });
  }
}

/** Against DNS rebinding (section "Security Warning"): a page of a browser is served where an admin has named its origin. */
function refuseStrangeOrigin(request: FastifyRequest, allowed: BrowserOrigins): void {
  const { origin } = request.headers;
  if (origin === undefined || allowed.has(origin)) return;
  throw new AppError("forbidden", "Pages of this origin may not use this appliance.");
}

/** The tools of the caller's role. */
function toolsFor(request: FastifyRequest, deps: McpRoutesDeps): readonly ToolDefinition[] {
  const { role } = callerOf(request);
  const rates = deps.rates();
  const document = deps.document();
  return mcpTools
    .map((tool) => toolDefinition(document, tool, rates))
    .filter(({ route }) => {
      const access = routeRoles[route];
      return access === "public" || (access !== undefined && mayAct(role, access));
    });
}

function askAs(app: App, request: FastifyRequest): Ask {
  const { authorization = "" } = request.headers;
  return async ({ method, url, headers, body }) => {
    const answer = await app.inject({
      method,
      url,
      headers: { ...headers, authorization },
      ...(body === undefined ? {} : { payload: body }),
    });
    return { status: answer.statusCode, text: answer.body };
  };
}

function webRequestOf(request: FastifyRequest): Request {
  const { accept = "", "content-type": contentType = "" } = request.headers;
  const version = request.headers["mcp-protocol-version"];
  return new Request("http://appliance.invalid/mcp", {
    method: "POST",
    headers: {
      accept,
      "content-type": contentType,
      ...(typeof version === "string" ? { "mcp-protocol-version": version } : {}),
    },
    body: JSON.stringify(request.body),
  });
}
