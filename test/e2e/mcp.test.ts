import { errorBodySchema, errorCatalogue } from "@agentcall/contract";
import { signedLicense } from "@agentcall/control-plane/testing";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { CallToolResult, Tool } from "@modelcontextprotocol/sdk/types.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formsOf } from "../support/key-forms.ts";
import { World } from "../support/world.ts";

const openaiKey = "sk-proj-practice-good-mcpkey77xy12";

let world: World;

beforeAll(async () => {
  world = await World.open();
});
afterAll(async () => {
  await world.close();
});

describe("the MCP server, to the protocol's own client", () => {
  test("lists its tools with schemas, and each of them answers by its schema", async () => {
    const client = await clientOf(await world.apiKey("admin"));
    const { tools } = await client.listTools();
    const said: string[] = [];
    const refusals: string[] = [];

    for (const tool of inOrder(tools)) {
      // The client itself checks a structured answer against the tool's output schema.
      const result = await call(client, tool.name, argumentsOf(tool.name));
      said.push(JSON.stringify(result));
      if (result.isError !== true) expect(result.structuredContent, tool.name).toBeDefined();
      else refusals.push(`${tool.name} ${codeOf(result)}`);
    }
    await client.close();

    expect(tools.length).toBeGreaterThan(40);
    // No trunk leads out of this house; nobody talks any more; a candidate that was approved has taken the memory's place.
    expect(refusals.sort()).toEqual([
      "calls_ai no_trunk",
      "calls_hangUp conflict",
      "calls_transfer conflict",
      "memory_candidates_reject conflict",
      "memory_delete not_found",
    ]);
    for (const form of formsOf(openaiKey)) expect(said.join("\n")).not.toContain(form);
  });

  test("says of each tool whether it changes, destroys or costs something", async () => {
    const client = await clientOf(await world.apiKey("admin"));
    const { tools } = await client.listTools();
    await client.close();
    const withHint = (hint: "readOnlyHint" | "destructiveHint"): readonly string[] =>
      tools.filter(({ annotations }) => annotations?.[hint] === true).map(({ name }) => name);

    expect([...withHint("destructiveHint")].sort()).toEqual([
      "calls_hangUp",
      "calls_transfer",
      "contacts_forget",
      "memory_delete",
      "numbers_byok_delete",
      "numbers_delete",
      "numbers_inboundConfig_delete",
    ]);
    expect(
      withHint("readOnlyHint").filter(
        (name) =>
          !/list|get|current|timeline|byPhone|status|health|ledger|transcript|report|Context/.test(
            name,
          ),
      ),
    ).toEqual([]);
    expect(toolOf(tools, "numbers_inboundConfig_set").description).toContain("$0.40 a minute");
    expect(toolOf(tools, "calls_ai").description).toContain("$0.40 a minute");
    expect(toolOf(tools, "numbers_byok_save").description).toContain("$0.10 a minute");
  });

  test("shows a viewer what a viewer may use, and refuses the rest", async () => {
    const client = await clientOf(await world.apiKey("viewer"));
    const { tools } = await client.listTools();

    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    await expect(
      client.callTool({ name: "numbers_delete", arguments: { id: world.numberId } }),
    ).rejects.toThrow("may not use it");
    await client.close();
  });

  test("holds the limits of the plan", async () => {
    await world.house.ask(
      "PUT",
      "/v1/license",
      signedLicense({ plan: "free", licenseId: "lic_free" }),
    );
    const client = await clientOf(await world.apiKey("admin"));

    const result = await call(client, "numbers_byok_test", {
      id: world.numberId,
      apiKey: openaiKey,
    });

    expect(codeOf(result)).toBe("plan_limit_byok");
    await client.close();
    await world.house.ask("PUT", "/v1/license", signedLicense());
  });

  test("names what is wrong with an argument", async () => {
    const client = await clientOf(await world.apiKey("admin"));

    const result = await call(client, "numbers_create", { number: "12", colour: "red" });

    expect(codeOf(result)).toBe("validation_failed");
    await client.close();
  });

  test("leads through its four prompts with the caller's own words", async () => {
    const client = await clientOf(await world.apiKey("viewer"));
    const { prompts } = await client.listPrompts();

    const texts = await Promise.all(
      prompts.map(async ({ name, arguments: wanted = [] }) => {
        const given = Object.fromEntries(
          wanted.map((argument) => [argument.name, `<${argument.name}>`]),
        );
        const { messages } = await client.getPrompt({ name, arguments: given });
        for (const argument of wanted) {
          expect(JSON.stringify(messages), name).toContain(`<${argument.name}>`);
        }
        return JSON.stringify(messages);
      }),
    );
    await client.close();

    expect(texts).toHaveLength(4);
    const { tools } = await (await clientOf(await world.apiKey("admin"))).listTools();
    const named = texts.join(" ").match(/\b[a-z]+(?:_[a-zA-Z]+)+\b/g) ?? [];
    for (const name of named) expect(tools.map((tool) => tool.name)).toContain(name);
  });

  test.each([
    ["no key", { authorization: "" }, 401],
    ["a page of another origin", { origin: "https://evil.example" }, 403],
    ["a page that the appliance's own name leads to", { origin: "http://127.0.0.1" }, 403],
  ])("refuses %s", async (_, headers, status) => {
    const { http } = world.house.controlPlane;
    const key = await world.apiKey("viewer");

    const answer = await fetch(`${http}/mcp`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" }),
    });

    expect(answer.status).toBe(status);
    expect(Object.keys(errorCatalogue)).toContain(
      errorBodySchema.parse(await answer.json()).error.code,
    );
  });

  test("answers a GET with 405, as a server without a stream of its own must", async () => {
    const key = await world.apiKey("viewer");
    const answer = await fetch(`${world.house.controlPlane.http}/mcp`, {
      headers: { authorization: `Bearer ${key}`, accept: "text/event-stream" },
    });

    expect(answer.status).toBe(405);
  });
});

async function clientOf(apiKey: string): Promise<Client> {
  const client = new Client({ name: "a test", version: "1" });
  const url = new URL(`${world.house.controlPlane.http}/mcp`);
  const headers = { authorization: `Bearer ${apiKey}` };
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return client;
}

async function call(
  client: Client,
  name: string,
  given: Record<string, unknown>,
): Promise<CallToolResult> {
  const result = await client.callTool({ name, arguments: given });
  if (!("content" in result)) throw new Error(`${name} answered without content`);
  return result as CallToolResult;
}

function codeOf({ content }: CallToolResult): string {
  const [first] = content;
  return errorBodySchema.parse(JSON.parse(first?.type === "text" ? first.text : "null")).error.code;
}

function toolOf(tools: readonly Tool[], name: string): Tool {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`there is no tool ${name}`);
  return tool;
}

/** What destroys comes last, in an order in which the rest still finds something. */
function inOrder(tools: readonly Tool[]): readonly Tool[] {
  const last = [
    "memory_delete",
    "contacts_forget",
    "numbers_byok_delete",
    "numbers_inboundConfig_delete",
    "numbers_delete",
  ];
  const rankOf = ({ name }: Tool): number => last.indexOf(name);
  return [...tools].sort((one, other) => rankOf(one) - rankOf(other));
}

/** Arguments with which a tool finds what the world has. */
function argumentsOf(name: string): Record<string, unknown> {
  const { numberId, callId, contactId, phone, trunkId, exportId } = world;
  const { memoryId, candidateId, briefId } = world;
  const noun = name.split("_")[0] ?? "";
  const ids: Record<string, string> = {
    numbers: numberId,
    calls: callId,
    contacts: contactId,
    trunks: trunkId,
  };
  const id = ids[noun] ?? "none";
  const given: Record<string, Record<string, unknown>> = {
    numbers_create: { number: "+14155550177", idempotencyKey: "once" },
    numbers_update: { id, label: "Front desk" },
    numbers_inboundConfig_set: { id, mode: "ai", systemPrompt: "Be brief." },
    numbers_byok_test: { id, apiKey: openaiKey },
    numbers_byok_save: { id, apiKey: openaiKey },
    byok_saveForMany: { apiKey: openaiKey, numberIds: "all" },
    calls_ai: { from: "+14155550100", to: "+14155550142", systemPrompt: "Be brief." },
    calls_transfer: { id, to: "+14155550199" },
    contacts_byPhone: { e164: phone },
    contacts_nextCallContextByPhone: { e164: phone },
    contacts_update: { id, displayName: "Ada" },
    memory_current: { contactId },
    memory_update: { id: memoryId, text: "Miller" },
    memory_timeline: { id: memoryId },
    memory_delete: { id: memoryId },
    memory_candidates_approve: { id: candidateId },
    memory_candidates_reject: { id: candidateId },
    briefs_acknowledge: { id: briefId },
    briefs_resolve: { id: briefId },
    usage_exports_get: { id: exportId },
  };
  if (given[name] !== undefined) return given[name];
  return /list$|current$|^usage_(get|ledger|exports_run)$|schedule|health|license/.test(name)
    ? {}
    : { id };
}
