import {
  type ApiDocument,
  apiDocumentSchema,
  type ApiOperation,
  errorCatalogue,
  operations,
} from "@agentcall/contract";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { routeRoles } from "../access/route-roles.ts";
import { OpenApp } from "../testing/open-app.ts";

/** What is read rather than called stands in no list of operations. */
const undescribed = ["/openapi.json", "/docs", "/docs/style.css", "/console", "/console/"];

const compileMs = 60_000; // some 200 schemas are compiled to programs, on whatever machine
const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false });

let house: OpenApp;
let document: ApiDocument;
let described: readonly { readonly route: string; readonly operation: ApiOperation }[];

beforeAll(async () => {
  house = await OpenApp.open();
  document = apiDocumentSchema.parse(
    (await house.ask("GET", "/openapi.json", { as: null })).json(),
  );
  described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      route: `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
      operation,
    })),
  );
});
afterAll(async () => {
  await house.close();
});

describe("the OpenAPI document", () => {
  test("describes every route, and `operations` of the contract names each of them", () => {
    const routes = Object.keys(routeRoles).filter(
      (route) => !undescribed.some((path) => route === `GET ${path}`) && !route.endsWith(" /mcp"),
    );

    expect(document.openapi).toBe("3.1.0");
    expect(described.map(({ route }) => route).sort(byText)).toEqual(routes.sort(byText));
    expect(Object.keys(operations).sort(byText)).toEqual(routes.sort(byText));
  });

  test("gives every operation an id of its own, a sentence and the role that it needs", () => {
    const ids = described.map(({ operation }) => operation.operationId);

    expect(new Set(ids).size).toBe(ids.length);
    for (const { route, operation } of described) {
      expect(operation.operationId, route).toMatch(/^[a-z]\w*(\.[a-z]\w*)+$/i);
      expect(operation.summary, route).toMatch(/^[A-Z].*\.$/);
      expect(operation.description, route).toMatch(/^Needs /);
    }
  });

  test(
    "says of every success what it answers, with an example that its schema accepts",
    () => {
      for (const { route, operation } of described) {
        const successes = Object.entries(operation.responses).filter(([status]) => status < "300");
        expect(successes.length, route).toBeGreaterThan(0);
        for (const [status, { content }] of successes) {
          if (status === "204") expect(content, route).toBeUndefined();
          else
            expect(content, `${route}: no schema, and no \`answer\` in operations`).toBeDefined();
          const { schema, example } = content?.["application/json"] ?? {};
          if (schema !== undefined) expect(problemsOf(schema, example), route).toEqual([]);
        }
      }
    },
    compileMs,
  );

  test(
    "has an example of every request that its schemas accept",
    () => {
      for (const { route, operation } of described) {
        const { schema, example } = operation.requestBody?.content["application/json"] ?? {};
        if (schema !== undefined) expect(problemsOf(schema, example), route).toEqual([]);
        for (const parameter of operation.parameters ?? []) {
          if (parameter.in !== "path" && parameter.example === undefined) continue;
          expect(problemsOf(parameter.schema, parameter.example), route).toEqual([]);
        }
      }
    },
    compileMs,
  );

  test(
    "has an example of every error code, in the form of its status",
    () => {
      const responses = Object.entries(document.components.responses ?? {});
      const shown = responses.flatMap(([name, response]) => {
        const { responses: parsed } = operationWith(response);
        const { schema, examples = {} } = parsed["200"]?.content?.["application/json"] ?? {};
        return Object.entries(examples).map(([code, { value }]) => {
          expect(problemsOf(schema ?? {}, value), `${name} ${code}`).toEqual([]);
          return code;
        });
      });

      expect([...new Set(shown)].sort(byText)).toEqual(Object.keys(errorCatalogue).sort(byText));
    },
    compileMs,
  );
});

describe("the page at /docs", () => {
  test("tells every operation, and runs and loads nothing of others", async () => {
    const answer = await house.ask("GET", "/docs", { as: null });

    expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
    for (const { operation } of described) {
      expect(answer.body).toContain(`<article id="${String(operation.operationId)}"`);
    }
    expect(answer.body).not.toMatch(
      /<script|<style|style=|https?:\/\/(?!example|\w+\.example)\w+\.\w+\/.*\.(js|css)/,
    );
  });

  test("finds what is searched for by the words of its path, id or sentence", async () => {
    const { body } = await house.ask("GET", "/docs?q=BYOK%20tests", { as: null });

    expect(body).toContain('<article id="numbers.byok.save"');
    expect(body).not.toContain('<article id="numbers.list"');
  });

  test("shows what was searched for as text, whatever it is", async () => {
    const { body } = await house.ask("GET", "/docs?q=%22%3E%3Cb%3E", { as: null });

    expect(body).toContain('value="&#34;&#62;&#60;b&#62;"');
    expect(body).not.toContain("<b>");
  });

  test("has a style sheet of its own", async () => {
    const answer = await house.ask("GET", "/docs/style.css", { as: null });

    expect(answer.headers["content-type"]).toBe("text/css; charset=utf-8");
  });
});

/** A shared response, read as an operation's. */
function operationWith(response: unknown): ApiOperation {
  const { paths } = apiDocumentSchema.parse({
    ...document,
    paths: { "/": { get: { responses: { "200": response } } } },
  });
  const operation = paths["/"]?.["get"];
  if (operation === undefined) throw new Error("the operation that was just written is not there");
  return operation;
}

function problemsOf(schema: object, value: unknown): readonly string[] {
  const validate = ajv.compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message = "" }) => `${instancePath} ${message}`,
  );
}

function byText(one: string, other: string): number {
  return one < other ? -1 : 1;
}
