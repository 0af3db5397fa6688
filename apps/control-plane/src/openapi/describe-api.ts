import {
  type ApiDocument,
  apiDocumentSchema,
  type ApiOperation,
  type JsonSchema,
  jsonSchemaSchema,
  liveMessageSchema,
  type Operation,
  operations,
} from "@agentcall/contract";
import { z } from "zod";
import { type Access, routeRoles } from "../access/route-roles.ts";
import { errorResponses, errorStatusesOf } from "./error-responses.ts";
import { schemaExample } from "./schema-example.ts";

const fileTypes = [
  "application/octet-stream",
  "text/csv",
  "application/x-ndjson",
  "audio/wav",
  "application/zip",
];
const introduction = `The API of one AgentCall appliance. Send \`Authorization: Bearer ac_live_…\`; a key has the role viewer, operator or admin.
Times are ISO 8601 in UTC, phone numbers E.164, money integers of micro-dollars. Lists take \`limit\` and \`cursor\` and answer \`items\` and \`nextCursor\`.
A POST that creates something or spends money honours \`Idempotency-Key\` for 24 hours. Errors have a code of the catalogue, and 429 a \`Retry-After\`.`;

const messageSchema: JsonSchema = jsonSchemaSchema.parse(z.toJSONSchema(liveMessageSchema));

/**
 * The OpenAPI document of the routes with what `operations` and `routeRoles` know beside: ids,
 * sentences, roles, errors, and an example of every request and answer. `raw` is what was drawn
 * from the routes' schemas.
 */
export function describeApi(raw: unknown): ApiDocument {
  const document = apiDocumentSchema.parse(raw);
  const paths = Object.entries(document.paths).map(([path, methods]) => {
    const described = Object.entries(methods).map(
      ([method, operation]) => [method, describe(method, path, operation)] as const,
    );
    return [path, Object.fromEntries(described)] as const;
  });
  return {
    ...document,
    info: { ...document.info, description: introduction },
    paths: Object.fromEntries(paths),
    components: { ...document.components, responses: errorResponses() },
  };
}

function describe(method: string, path: string, operation: ApiOperation): ApiOperation {
  const route = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
  const known: Operation | undefined = operations[route];
  const access = routeRoles[route] ?? "admin";
  const id = known?.id ?? route;
  return {
    operationId: id,
    summary: known?.summary ?? "",
    description: accessText(access),
    tags: [id.split(".")[0] ?? id],
    ...(access === "public" ? { security: [] } : {}),
    ...parametersOf(operation, id, known),
    ...bodyOf(operation, id, known),
    responses: {
      ...successesOf(operation, id, known),
      ...errorsOf(method, path, operation, access),
    },
  };
}

function accessText(access: Access): string {
  return access === "public" ? "Needs no key." : `Needs a key with the role ${access}.`;
}

function parametersOf(
  { parameters }: ApiOperation,
  id: string,
  known: Operation | undefined,
): Pick<ApiOperation, "parameters"> {
  if (parameters === undefined) return {};
  return {
    parameters: parameters.map((parameter) => {
      if (parameter.in === "path" || parameter.required === true) {
        return { ...parameter, example: schemaExample(parameter.schema, [id, parameter.name]) };
      }
      const example = known?.example?.query?.[parameter.name];
      return example === undefined ? parameter : { ...parameter, example };
    }),
  };
}

function bodyOf(
  { requestBody }: ApiOperation,
  id: string,
  known: Operation | undefined,
): Pick<ApiOperation, "requestBody"> {
  const schema = requestBody?.content["application/json"]?.schema;
  if (requestBody === undefined || schema === undefined) return {};
  const example = known?.example?.body ?? schemaExample(schema, [id, "body"]);
  return { requestBody: { ...requestBody, content: { "application/json": { schema, example } } } };
}

function successesOf(
  { responses }: ApiOperation,
  id: string,
  known: Operation | undefined,
): ApiOperation["responses"] {
  const { answer } = known ?? {};
  if (answer !== undefined) return { [answer === "nothing" ? "204" : "200"]: otherAnswer(answer) };
  return Object.fromEntries(
    Object.entries(responses).map(([status, { content }]) => {
      const schema = content?.["application/json"]?.schema;
      const description = status === "202" ? "Not there yet." : "Done.";
      if (schema === undefined) return [status, { description }];
      const example = schemaExample(schema, [id, "answer"]);
      return [status, { description, content: { "application/json": { schema, example } } }];
    }),
  );
}

function otherAnswer(
  answer: Exclude<Operation["answer"], undefined>,
): ApiOperation["responses"][string] {
  switch (answer) {
    case "nothing":
      return { description: "Done; there is no body." };
    case "events":
      return {
        description: "One message after the other, until the connection is closed.",
        content: {
          "text/event-stream": {
            // What stands in `data` of each event.
            schema: messageSchema,
            example: schemaExample(messageSchema, ["events.stream"]),
          },
        },
      };
    case "file":
      return {
        description: "The file.",
        content: Object.fromEntries(fileTypes.map((type) => [type, {}])),
      };
    case "page":
      return { description: "A page.", content: { "text/html": {} } };
    default:
      return answer satisfies never;
  }
}

function errorsOf(
  method: string,
  path: string,
  operation: ApiOperation,
  access: Access,
): ApiOperation["responses"] {
  const statuses = errorStatusesOf({
    isPublic: access === "public",
    hasInput: operation.requestBody !== undefined || operation.parameters !== undefined,
    changes: method !== "get",
    namesOne: path.includes("{"),
  });
  // Readiness answers 503 in its own form.
  const own = new Set(Object.keys(operation.responses));
  return Object.fromEntries(
    statuses
      .filter((status) => !own.has(String(status)))
      .map((status) => [String(status), { $ref: `#/components/responses/Error${String(status)}` }]),
  );
}
