import {
  type ApiDocument,
  type ApiOperation,
  errorCatalogue,
  type ErrorEntry,
  type JsonSchema,
} from "@agentcall/contract";
import { fieldsOf } from "./schema-fields.ts";
import { html, type Html } from "./html.ts";

type Described = {
  readonly method: string;
  readonly path: string;
  readonly operation: ApiOperation;
};

const nothing: Html = { html: "" };

/**
 * The page at `/docs`, made of the document alone. It needs no script: what is searched for (`q`)
 * comes back with the form, and every operation has an address of its own (`#numbers.list`).
 */
export function docsPage(document: ApiDocument, q: string): string {
  const found = operationsOf(document).filter((described) => matches(described, q));
  const tags = [...new Set(found.map(({ operation }) => tagOf(operation)))];
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${document.info.title} · API</title>
        <link rel="stylesheet" href="/docs/style.css" />
      </head>
      <body>
        <a class="skip" href="#content">Skip to the operations</a>
        <header>
          <h1>${document.info.title}</h1>
          ${(document.info.description ?? "").split("\n").map((line) => html`<p>${inline(line)}</p>`)}
          <p><a href="/openapi.json">The same as an OpenAPI 3.1 document</a></p>
          <form role="search" action="/docs" method="get">
            <label for="q">Search operations</label>
            <input id="q" name="q" type="search" value="${q}" maxlength="100" />
            <button type="submit">Search</button>
            <span role="status">${String(found.length)} operations</span>
          </form>
        </header>
        <div class="columns">
          <nav aria-label="Operations">${tags.map((tag) => navOf(tag, found))}</nav>
          <main id="content" tabindex="-1">
            ${tags.map((tag) => sectionOf(tag, found))} ${errorsSection()}
          </main>
        </div>
      </body>
    </html>`;
  return page.html;
}

function operationsOf({ paths }: ApiDocument): readonly Described[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

function matches({ method, path, operation }: Described, q: string): boolean {
  const { operationId = "", summary = "" } = operation;
  const text = `${method} ${path} ${operationId} ${summary}`.toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function tagOf({ tags }: ApiOperation): string {
  return tags?.[0] ?? "other";
}

function navOf(tag: string, found: readonly Described[]): Html {
  return html`<h2>${tag}</h2>
    <ul>
      ${found
        .filter(({ operation }) => tagOf(operation) === tag)
        .map(
          ({ operation: { operationId = "" } }) =>
            html`<li><a href="#${operationId}">${operationId}</a></li>`,
        )}
    </ul>`;
}

function sectionOf(tag: string, found: readonly Described[]): Html {
  return html`<section aria-labelledby="tag-${tag}">
    <h2 id="tag-${tag}">${tag}</h2>
    ${found.filter(({ operation }) => tagOf(operation) === tag).map(articleOf)}
  </section>`;
}

function articleOf({ method, path, operation }: Described): Html {
  const { operationId = "", summary = "", description = "", parameters = [] } = operation;
  const body = operation.requestBody?.content["application/json"];
  return html`<article id="${operationId}" aria-labelledby="${operationId}-title">
    <h3 id="${operationId}-title"><code class="method">${method}</code> <code>${path}</code></h3>
    <p>${summary} ${description}</p>
    <p>SDK: <code>client.${operationId}</code></p>
    ${
      parameters.length === 0
        ? nothing
        : table("Parameters", [
            ...parameters.map(({ name, in: where, required, schema }) => ({
              name,
              about: `${where}${required === true ? ", needed" : ""}`,
              schema,
            })),
          ])
    }
    ${body?.schema === undefined ? nothing : bodyOf("Request body", body.schema, body.example)}
    ${Object.entries(operation.responses).map(([status, response]) => {
      const answer = response.content?.["application/json"];
      return answer?.schema === undefined
        ? nothing
        : bodyOf(`Answer ${status}`, answer.schema, answer.example);
    })}
    <p>
      Statuses:
      ${Object.keys(operation.responses).map((status) =>
        Number(status) < 400 || operation.responses[status]?.$ref === undefined
          ? html`<code>${status}</code> `
          : html`<a href="#error-${status}">${status}</a> `,
      )}
    </p>
  </article>`;
}

function bodyOf(title: string, schema: JsonSchema, example: unknown): Html {
  return html`<details>
    <summary>${title}</summary>
    ${table(title, fieldsOf(schema))} ${example === undefined ? nothing : code(example, title)}
  </details>`;
}

function table(
  title: string,
  rows: readonly { readonly name: string; readonly about: string; readonly schema: JsonSchema }[],
): Html {
  if (rows.length === 0) return nothing;
  return html`<table>
    <caption>
      ${title}
    </caption>
    <thead>
      <tr>
        <th scope="col">Name</th>
        <th scope="col">Type</th>
        <th scope="col">About</th>
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        ({ name, about, schema }) =>
          html`<tr>
            <th scope="row"><code>${name}</code></th>
            <td>${typeText(schema)}</td>
            <td>${about}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

/** Such as `string, 1–200 characters` or `one of managed, byok, or null`. */
function typeText(schema: JsonSchema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.map(String).join(", ")}`;
  const parts = schema.anyOf ?? schema.oneOf;
  if (parts !== undefined) return [...new Set(parts.map(typeText))].join(", or ");
  const types = [schema.type].flat().filter((type) => type !== undefined);
  const { format, minLength, maxLength, minimum, maximum, maxItems } = schema;
  return [
    types.length === 0 ? "anything" : types.join(", or "),
    format,
    range(minLength, maxLength, " characters"),
    range(minimum, maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum, ""),
    range(undefined, maxItems, " items"),
  ]
    .filter((part) => part !== undefined)
    .join(", ");
}

function range(from: number | undefined, to: number | undefined, what: string): string | undefined {
  if (from === undefined && to === undefined) return undefined;
  if (from === Number.MIN_SAFE_INTEGER) return undefined;
  if (to === undefined) return `at least ${String(from)}${what}`;
  return from === undefined
    ? `at most ${String(to)}${what}`
    : `${String(from)}–${String(to)}${what}`;
}

function code(value: unknown, title: string): Html {
  const text = JSON.stringify(value, null, 2);
  return html`<pre tabindex="0" aria-label="Example: ${title}"><code>${text}</code></pre>`;
}

function errorsSection(): Html {
  const entries: [string, ErrorEntry][] = Object.entries(errorCatalogue);
  const statuses = [...new Set(entries.map(([, { httpStatus }]) => httpStatus))].sort(
    (one, other) => one - other,
  );
  return html`<section aria-labelledby="errors">
    <h2 id="errors">Errors</h2>
    ${statuses.map(
      (status) =>
        html`<article id="error-${String(status)}">
          <h3>${String(status)}</h3>
          <dl>
            ${entries
              .filter(([, { httpStatus }]) => httpStatus === status)
              .map(
                ([name, { message, remedy }]) =>
                  html`<dt><code>${name}</code></dt>
                    <dd>${message} ${remedy}</dd>`,
              )}
          </dl>
        </article>`,
    )}
  </section>`;
}

/** `code` between backticks. */
function inline(text: string): readonly Html[] {
  return text
    .split("`")
    .map((part, at) => (at % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));
}
