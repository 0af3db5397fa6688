import { once } from "node:events";
import http from "node:http";
import { AppError, Closers, Secret, seededRandom } from "@agentcall/base";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseApplianceAddress } from "./appliance-address.ts";
import { ApplianceClient } from "./appliance-client.ts";
import { type ConsoleHandler, consoleHandler } from "./console-handler.ts";
import type { Connection } from "./paired-appliances.ts";
import type { RendererBundle } from "./renderer-bundle.ts";

const key = "ac_live_the_key_of_this_console";
const origin = "console://app";

let closers: Closers;
let asked: { headers: http.IncomingHttpHeaders; method: string; url: string; body: string }[];
let handle: ConsoleHandler;
let answer: http.RequestListener;

beforeEach(async () => {
  closers = new Closers();
  asked = [];
  answer = (_, outgoing) => {
    outgoing.end("hello");
  };
  const connection = await openAppliance();
  handle = handlerOf(() => connection);
});
afterEach(async () => {
  await closers.close();
});

describe("the page", () => {
  test("is served under a CSP that allows nothing by default and nothing unsafe (S5)", async () => {
    const page = await handle(new Request(`${origin}/`));

    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(page.headers.get("cache-control")).toBe("no-store");
  });

  test("has another nonce each load, in the header and in the page alike (S5)", async () => {
    const nonces = new Set<string>();
    for (let load = 0; load < 20; load += 1) {
      const page = await handle(new Request(`${origin}/index.html`));
      const nonce = await page.text();
      expect(Buffer.from(nonce, "base64")).toHaveLength(16);
      expect(page.headers.get("content-security-policy")).toContain(
        `script-src 'self' 'nonce-${nonce}'`,
      );
      nonces.add(nonce);
    }

    expect(nonces.size).toBe(20);
  });

  test.each([
    ["a file that is none", "GET", "/nothing.js", 404],
    ["a way out of the folder (S4)", "GET", "/..%2f..%2fetc/passwd", 404],
    ["a file that breaks while it is read", "GET", "/broken.js", 404],
    ["a post to the page", "POST", "/index.html", 405],
  ])("answers %s with a refusal", async (_what, method, path, status) => {
    const refusal = await handle(new Request(`${origin}${path}`, { method }));

    expect(refusal.status).toBe(status);
    expect(refusal.headers.get("x-content-type-options")).toBe("nosniff");
  });

  test("is nowhere but under its own path", async () => {
    const underConsole = handlerOf(() => null, "/console/");

    expect((await underConsole(new Request("http://127.0.0.1/console/"))).status).toBe(200);
    expect((await underConsole(new Request("http://127.0.0.1/index.html"))).status).toBe(404);
  });
});

describe("the API behind the page", () => {
  test("gets the key on this side, and of the page's headers only those of the list (S11)", async () => {
    await handle(
      new Request(`${origin}/api/v1/numbers?limit=2`, {
        headers: {
          authorization: "Bearer forged",
          cookie: "session=forged",
          "x-forwarded-for": "10.0.0.1",
          "x-api-key": "forged",
          range: "bytes=100-",
          accept: "application/json",
          "last-event-id": "7",
        },
      }),
    );

    expect(asked[0]?.url).toBe("/v1/numbers?limit=2");
    expect(JSON.stringify(asked[0])).not.toContain("forged");
    expect(asked[0]?.headers).toMatchObject({
      authorization: `Bearer ${key}`,
      range: "bytes=100-",
      accept: "application/json",
      "last-event-id": "7",
    });
    expect(asked[0]?.headers).not.toHaveProperty("cookie");
    expect(asked[0]?.headers).not.toHaveProperty("x-forwarded-for");
  });

  test("passes a body on, with its length", async () => {
    await handle(new Request(`${origin}/api/v1/numbers`, { method: "POST", body: "{}" }));

    expect(asked[0]).toMatchObject({ method: "POST", body: "{}" });
    expect(asked[0]?.headers["content-length"]).toBe("2");
  });

  test("answers a part of a recording as a part, so that the page can seek in it", async () => {
    answer = (_, outgoing) => {
      outgoing.writeHead(206, { "content-range": "bytes 100-104/900", "accept-ranges": "bytes" });
      outgoing.end("sound");
    };

    const part = await handle(
      new Request(`${origin}/api/v1/x`, { headers: { range: "bytes=100-104" } }),
    );

    expect([part.status, part.headers.get("content-range"), await part.text()]).toEqual([
      206,
      "bytes 100-104/900",
      "sound",
    ]);
  });

  test("streams: the first event is there before the last is sent", async () => {
    let last = (): void => expect.unreachable("nothing was asked for");
    answer = (_, outgoing) => {
      outgoing.writeHead(200, { "content-type": "text/event-stream" }).write("first");
      last = () => outgoing.end("last");
    };

    const events = (await handle(new Request(`${origin}/api/v1/events`))).body?.getReader();
    const first = await events?.read();

    expect(Buffer.from(first?.value ?? []).toString()).toBe("first");
    last();
    expect(Buffer.from((await events?.read())?.value ?? []).toString()).toBe("last");
  });

  test("gives the page no cookie and no header beside those of the list", async () => {
    answer = (_, outgoing) => {
      outgoing.writeHead(200, {
        "set-cookie": "a=b",
        "x-powered-by": key,
        "access-control-allow-origin": "*",
        etag: '"7"',
      });
      outgoing.end();
    };

    const { headers } = await handle(new Request(`${origin}/api/v1/numbers`));

    expect([...headers.keys()].toSorted()).toEqual(
      [
        "content-length",
        "cross-origin-opener-policy",
        "cross-origin-resource-policy",
        "etag",
        "referrer-policy",
        "x-content-type-options",
      ].filter((name) => headers.has(name)),
    );
    expect(headers.get("etag")).toBe('"7"');
  });

  test.each([
    ["not paired", (): Connection | null => null, 409, "not_paired"],
    [
      "another certificate there",
      (): Connection => {
        throw new AppError("pin_mismatch", "Another certificate.");
      },
      502,
      "pin_mismatch",
    ],
    [
      "a fault of our own, whose words are not told",
      (): Connection => {
        throw new Error(key);
      },
      502,
      "unreachable",
    ],
  ])(
    "answers in the shape of the appliance's errors: %s",
    async (_what, selected, status, code) => {
      const refusal = await handlerOf(selected)(new Request(`${origin}/api/v1/numbers`));

      const text = await refusal.text();
      expect(refusal.status).toBe(status);
      expect(JSON.parse(text)).toMatchObject({ error: { code } });
      expect(text).not.toContain(key);
    },
  );

  test("refuses more than the appliance takes, before it is sent", async () => {
    const refusal = await handle(
      new Request(`${origin}/api/v1/numbers`, { method: "POST", body: "x".repeat(1_048_577) }),
    );

    expect([refusal.status, asked.length]).toEqual([413, 0]);
  });
});

test("the console's handler answers every request, and never rejects", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.webPath(),
      fc.constantFrom("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "STRANGE"),
      fc.boolean(),
      async (path, method, isApi) => {
        const url = `http://app/${isApi ? "api" : ""}${path}`;

        const { status } = await handle(new Request(url, { method }));

        expect(status).toBeGreaterThanOrEqual(200);
      },
    ),
    { numRuns: 60 },
  );
});

const bundle: RendererBundle = {
  read(relativePath) {
    if (relativePath === "broken.js") return Promise.reject(new Error("the disk is gone"));
    return Promise.resolve(
      relativePath === "index.html" ? { kind: "page", withNonce: (nonce) => nonce } : null,
    );
  },
};

function handlerOf(selected: () => Connection | null, basePath = "/"): ConsoleHandler {
  return consoleHandler({ bundle, selected, basePath, random: seededRandom(8) });
}

async function openAppliance(): Promise<Connection> {
  const server = http.createServer((incoming, outgoing) => {
    let body = "";
    incoming.setEncoding("utf8").on("data", (text: string) => (body += text));
    incoming.on("end", () => {
      const { headers, method = "", url = "" } = incoming;
      asked.push({ headers, method, url, body });
      answer(incoming, outgoing);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const place = server.address();
  const port = typeof place === "object" ? String(place?.port) : "";
  const address = parseApplianceAddress(`http://127.0.0.1:${port}`);
  if (address === null) throw new Error("this is an address");
  const client = new ApplianceClient(address, null);
  closers.add("the appliance", () => {
    server.close();
    server.closeAllConnections();
  });
  closers.add("the client", () => {
    client.close();
  });
  return { client, apiKey: new Secret(key) };
}
