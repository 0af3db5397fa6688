import { type ApiDocument, errorCatalogue } from "@agentcall/contract";
import { type SdkOperation, sdkOperationsOf } from "./sdk-operations.ts";
import { typeText } from "./type-text.ts";

const head =
  "// Written by `npm run sdk` from the OpenAPI document. Change the routes' schemas instead.\n";

/** `packages/sdk/src/generated/api-types.ts`, not formatted yet. */
export function apiTypesText(document: ApiDocument): string {
  const codes = Object.keys(errorCatalogue).map((code) => JSON.stringify(code));
  const events = document.paths["/v1/events"]?.["get"]?.responses["200"]?.content;
  const message = events?.["text/event-stream"]?.schema ?? {};
  return [
    head,
    `/** Every \`error.code\` of the appliance. */\nexport type ErrorCode = ${codes.join(" | ")};`,
    `/** One message of the event stream. */\nexport type EventsStreamMessage = ${typeText(message)};`,
    ...sdkOperationsOf(document).flatMap(typesOf),
  ].join("\n");
}

function typesOf({ typeName, query, body, answer, item }: SdkOperation): readonly string[] {
  return [
    ...(query === null ? [] : [`export type ${typeName}Query = ${typeText(query)};`]),
    ...(body === null ? [] : [`export type ${typeName}Body = ${typeText(body)};`]),
    ...(item === null ? [] : [`export type ${typeName}Item = ${typeText(item)};`]),
    ...(typeof answer === "string"
      ? []
      : [
          `export type ${typeName}Answer = ${item === null ? typeText(answer) : `{ items: ${typeName}Item[]; nextCursor: string | null }`};`,
        ]),
  ];
}

/** `packages/sdk/src/generated/resources.ts`, not formatted yet. */
export function resourcesText(document: ApiDocument): string {
  const tree: Tree = new Map();
  for (const operation of sdkOperationsOf(document)) {
    if (operation.answer !== "events") plant(tree, operation.id.split("."), methodText(operation));
  }
  return `${head}
import type * as Api from "./api-types.ts";
import { Listing } from "../listing.ts";
import type { CallOptions, Query, Request, Transport } from "../transport.ts";

/** Every operation of the API, by its id. */
export class Resources {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

${[...tree].map(([name, branch]) => `readonly ${name} = ${treeText(branch)};`).join("\n\n")}

  #json<Answer>(
    method: string,
    path: string,
    more: Partial<Request>,
    options?: CallOptions,
  ): Promise<Answer> {
    return this.#transport.send({ method, path, as: "json", ...more }, options);
  }

  /** \`cursorName\` is the parameter that takes a page's \`nextCursor\`. */
  #list<Item>(
    path: string,
    query: Query,
    cursorName: string | null,
    options?: CallOptions,
  ): Listing<Item> {
    return new Listing((cursor) => {
      const next = cursor === null || cursorName === null ? {} : { [cursorName]: cursor };
      return this.#json("GET", path, { query: { ...query, ...next } }, options);
    });
  }
}

function part(value: string): string {
  return encodeURIComponent(value);
}
`;
}

type Tree = Map<string, Tree | string>;

function plant(tree: Tree, [name = "", ...rest]: readonly string[], text: string): void {
  if (rest.length === 0) {
    tree.set(name, text);
    return;
  }
  const present = tree.get(name);
  const branch = typeof present === "object" ? present : new Map<string, Tree | string>();
  tree.set(name, branch);
  plant(branch, rest, text);
}

function treeText(branch: Tree | string): string {
  if (typeof branch === "string") return branch;
  const lines = [...branch].map(([name, inner]) =>
    typeof inner === "string" ? inner.replace("NAME", name) : `${name}: ${treeText(inner)},`,
  );
  return `{ ${lines.join("\n")} }`;
}

function methodText(operation: SdkOperation): string {
  const { summary, method, path, pathNames, query, body, answer, item, typeName } = operation;
  const where = `\`${path.replaceAll(/\{(\w+)\}/g, "${part($1)}")}\``;
  const isQueryNeeded = (query?.required ?? []).length > 0;
  const parameters = [
    ...pathNames.map((name) => `${name}: string`),
    ...(body === null ? [] : [`body: Api.${typeName}Body`]),
    ...(query === null ? [] : [`query: Api.${typeName}Query${isQueryNeeded ? "" : " = {}"}`]),
    "options?: CallOptions",
  ].join(", ");
  const doc = `/** ${summary} \`${method} ${path}\` */\n`;
  if (item !== null) {
    const cursorName = JSON.stringify(operation.cursorName);
    return `${doc} NAME: (${parameters}): Listing<Api.${typeName}Item> => this.#list(${where}, ${query === null ? "{}" : "query"}, ${cursorName}, options),`;
  }
  const more = [
    ...(query === null ? [] : ["query"]),
    ...(body === null ? [] : ["body"]),
    ...(typeof answer === "string" ? [`as: "${answer}"`] : []),
    ...(operation.alsoStatuses.length === 0
      ? []
      : [`alsoStatuses: [${operation.alsoStatuses.join(", ")}]`]),
  ].join(", ");
  return `${doc} NAME: (${parameters}): Promise<${answerType(operation)}> => this.#json("${method}", ${where}, { ${more} }, options),`;
}

function answerType({ answer, typeName }: SdkOperation): string {
  if (answer === "nothing") return "void";
  return answer === "file" ? "Response" : `Api.${typeName}Answer`;
}
