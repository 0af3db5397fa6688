import {
  type ApiDocument,
  apiDocumentSchema,
  type ApiOperation,
  errorBodySchema,
  errorCatalogue,
  type JsonSchema,
} from "@agentcall/contract";
import { AgentCall } from "agentcall-appliance";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anyText, around } from "../support/schema-arbitrary.ts";
import { World } from "../support/world.ts";

/** `SEEDS=500 npm test -- api-properties` sends as many requests to each operation. */
const requestsEach = Number(process.env["SEEDS"] ?? "12");
const seed = Number(process.env["SEED"] ?? "20260131");
const testMs = 60_000 + requestsEach * 20_000;
const requestsPerKey = 60; // of the hundred a minute
const keyTestsPerKey = 9; // of the ten

/** Left out, each for its reason. */
const leftOut: Readonly<Record<string, string>> = {
  "events.stream": "answers for as long as somebody listens",
  "vault.seal": "would close the vault to every operation after it",
};

type Described = {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly operation: ApiOperation;
};

let world: World;
let document: ApiDocument;
let described: readonly Described[];
let keys: Keys;
const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false });

beforeEach(async () => {
  world = await World.open();
  document = apiDocumentSchema.parse(await world.house.ask("GET", "/openapi.json"));
  described = Object.entries(document.paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        id: operation.operationId ?? "",
        method: method.toUpperCase(),
        path,
        operation,
      })),
    )
    .filter(({ id }) => leftOut[id] === undefined)
    .sort((one, other) => rankOf(one) - rankOf(other));
  keys = new Keys(world);
}, testMs);
afterEach(async () => {
  await world.close();
});

describe("the API, by its own document", () => {
  test(
    "accepts the example of every request, or says why not with one of its codes",
    async () => {
      const refused: Record<string, string> = {};
      for (const each of described) {
        const { operation } = each;
        const query = (operation.parameters ?? [])
          .filter((parameter) => parameter.in === "query" && parameter.example !== undefined)
          .map(({ name, example }) => {
            const text = name === "contactId" ? world.contactId : String(example);
            return [name, text] as const;
          });
        const body = operation.requestBody?.content["application/json"]?.example;
        const answer = await send(each, { ids: idsOf(each), query, body: bodyText(body) });

        expect(problemsOf(each, answer), each.id).toEqual([]);
        if (answer.status >= 400) refused[each.id] = codeOf(answer);
      }

      expect(refused).toMatchObject({
        "calls.hangUp": "conflict",
        "license.install": "license_invalid",
      });
      expect(Object.values(refused)).not.toContain("validation_failed");
      expect(Object.values(refused)).not.toContain("malformed_request");
      expect(Object.keys(refused).length).toBeLessThan(described.length / 4);
    },
    testMs,
  );

  test(
    "answers every request as documented, whatever it holds, and never with a fault",
    async () => {
      const failures: string[] = [];
      const counts = new Map<number, number>();
      for (const each of described) {
        const outcome = await fc.check(
          fc.asyncProperty(requestTo(each), async (request) => {
            const answer = await send(each, request);
            counts.set(answer.status, (counts.get(answer.status) ?? 0) + 1);
            expect(problemsOf(each, answer)).toEqual([]);
          }),
          { numRuns: requestsEach, seed, endOnFailure: true },
        );
        if (!outcome.failed) continue;
        const { counterexample, errorInstance } = outcome;
        failures.push(`${each.id} ${JSON.stringify(counterexample)}: ${String(errorInstance)}`);
      }

      expect(failures).toEqual([]);
      // Neither are all of them refused before anything looks at them, nor all well-formed.
      for (const status of [200, 201, 204, 404, 422]) expect(counts.get(status)).toBeGreaterThan(0);
      const all = described.length * requestsEach;
      expect(counts.get(429) ?? 0).toBeLessThan(all / 10);
    },
    testMs,
  );
});

type ApiRequest = {
  /** Of the path, in its order. */
  readonly ids: readonly string[];
  readonly query: readonly (readonly [string, string])[];
  readonly body: string | null;
};

type Answer = { readonly status: number; readonly type: string; readonly text: string };

function requestTo(each: Described): fc.Arbitrary<ApiRequest> {
  const { operation, path } = each;
  const ids = idsOf(each).map((known) =>
    fc.oneof({ weight: 3, arbitrary: fc.constant(known) }, { weight: 1, arbitrary: anyText() }),
  );
  const query = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === "query")
    .map(({ name, schema }) =>
      fc.option(
        around(schema).map((value) => [name, queryText(value)] as const),
        { nil: null },
      ),
    );
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const body: fc.Arbitrary<string | null> =
    schema === undefined
      ? fc.constantFrom(null, "{}", "null")
      : fc.oneof(
          { weight: 9, arbitrary: around(schema).map(bodyText) },
          { weight: 1, arbitrary: fc.constantFrom("{", "", "[]", "null", '"text"') },
        );
  return fc.record({ ids: fc.tuple(...ids), query: fc.tuple(...query), body }).map((request) => ({
    ids: request.ids.map((id) => (id === "" ? path : id)),
    query: request.query.filter((entry) => entry !== null),
    body: request.body,
  }));
}

async function send({ method, path, id }: Described, request: ApiRequest): Promise<Answer> {
  const parts = [...request.ids];
  const filled = path.replaceAll(/\{\w+\}/g, () =>
    encodeURIComponent((parts.shift() ?? "").toWellFormed()),
  );
  const query = new URLSearchParams();
  for (const [name, text] of request.query) query.append(name, text.toWellFormed());
  const hasBody = request.body !== null && method !== "GET";
  const response = await fetch(`${world.house.controlPlane.http}${filled}?${query.toString()}`, {
    method,
    headers: {
      authorization: `Bearer ${await keys.next(id)}`,
      ...(hasBody ? { "content-type": "application/json" } : {}),
    },
    ...(hasBody ? { body: request.body } : {}),
  });
  return {
    status: response.status,
    type: response.headers.get("content-type") ?? "",
    text: await response.text(),
  };
}

/** What an answer has that the document does not say. */
function problemsOf({ operation }: Described, answer: Answer): readonly string[] {
  const { status, type, text } = answer;
  if (status === 500) return [`a fault: ${text}`];
  const response = responseOf(operation, status);
  if (response === undefined) return [`${String(status)} is not documented: ${text.slice(0, 300)}`];
  if (status === 204) return text === "" ? [] : ["204 has a body"];
  if (status >= 400) {
    const error = errorBodySchema.safeParse(JSON.parse(text));
    const isOwnForm = operation.responses[String(status)]?.$ref === undefined;
    if (!isOwnForm && (!error.success || !Object.hasOwn(errorCatalogue, error.data.error.code))) {
      return [`no error of the catalogue: ${text}`];
    }
  }
  const schema = response.content?.["application/json"]?.schema;
  if (schema === undefined)
    return type.startsWith("application/json") ? ["JSON without a schema"] : [];
  const validate = compiled(schema);
  return validate(JSON.parse(text))
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message = "" }) => `${String(status)} ${instancePath} ${message}`,
      );
}

const programs = new WeakMap<object, ReturnType<typeof ajv.compile>>();

function compiled(schema: JsonSchema): ReturnType<typeof ajv.compile> {
  const known = programs.get(schema) ?? ajv.compile(schema);
  programs.set(schema, known);
  return known;
}

function responseOf(
  operation: ApiOperation,
  status: number,
): ApiOperation["responses"][string] | undefined {
  const response = operation.responses[String(status)];
  if (response?.$ref === undefined) return response;
  return shared(response.$ref.split("/").at(-1) ?? "");
}

const sharedResponses = new Map<string, ApiOperation["responses"][string]>();

/** A response of `components`, read as an operation's own. */
function shared(name: string): ApiOperation["responses"][string] | undefined {
  const response = document.components.responses?.[name];
  if (!sharedResponses.has(name) && response !== undefined) {
    const { paths } = apiDocumentSchema.parse({
      ...document,
      paths: { "/": { get: { responses: { "200": response } } } },
    });
    const read = paths["/"]?.["get"]?.responses["200"];
    if (read !== undefined) sharedResponses.set(name, read);
  }
  return sharedResponses.get(name);
}

function codeOf({ text }: Answer): string {
  return errorBodySchema.parse(JSON.parse(text)).error.code;
}

/** What deletes comes last, and what much hangs on last of all, so that the rest finds something. */
function rankOf({ id, method }: Described): number {
  if (method !== "DELETE") return 0;
  return id === "numbers.delete" || id === "contacts.forget" ? 2 : 1;
}

/** What the world has for the places of a path. */
function idsOf({ path, id }: Described): readonly string[] {
  const { numberId, callId, contactId, phone, trunkId, exportId, memoryId, candidateId, briefId } =
    world;
  const ofNoun: Readonly<Record<string, string>> = {
    ...{ numbers: numberId, calls: callId, contacts: contactId, trunks: trunkId },
    ...{ usage: exportId, memory: memoryId, briefs: briefId },
  };
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => {
    if (name === "e164") return phone;
    if (id.startsWith("memory.candidates")) return candidateId;
    return ofNoun[id.split(".")[0] ?? ""] ?? "none";
  });
}

function bodyText(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function queryText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? "");
}

/** Admin keys, each for so many requests: the limits of a minute are tested elsewhere. */
class Keys {
  readonly #world: World;
  #key = "";
  #id = "";
  #left = 0;
  #of = "";

  constructor(of: World) {
    this.#world = of;
  }

  async next(operationId: string): Promise<string> {
    const testsKeys = /byok|managedKey|vault/.test(operationId);
    if (this.#left === 0 || (testsKeys && this.#of !== operationId)) {
      this.#key = await this.#successor();
      this.#left = testsKeys ? keyTestsPerKey : requestsPerKey;
      this.#of = operationId;
    }
    this.#left -= 1;
    return this.#key;
  }

  /** Made by the key before it, which has some requests left. */
  async #successor(): Promise<string> {
    if (this.#key === "") return this.#world.apiKey("admin");
    const client = new AgentCall({
      baseUrl: this.#world.house.controlPlane.http,
      apiKey: this.#key,
    });
    const formerId = this.#id;
    const { id, apiKey } = await client.apiKeys.create({ role: "admin" });
    this.#id = id;
    if (formerId !== "") await client.apiKeys.revoke(formerId); // there may be so many at once
    return apiKey ?? "";
  }
}
