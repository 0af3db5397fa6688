import { pageItemsMax, pageSchema } from "@agentcall/contract";
import type { z } from "zod";
import { ask } from "./api-client.ts";

const pagesMax = 60; // 6,000 items: beyond that a search is needed anyway

/** Every item of a list of the API, page after page. Throws `ApiError`. `path` has no query. */
export async function allPages<Item extends z.ZodType>(
  path: string,
  item: Item,
  signal: AbortSignal,
): Promise<readonly z.infer<Item>[]> {
  const schema = pageSchema(item);
  const all: z.infer<Item>[] = [];
  let cursor: string | null = null;
  for (let count = 0; count < pagesMax; count += 1) {
    const after: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: z.infer<typeof schema> = await ask(
      "GET",
      `${path}?limit=${String(pageItemsMax)}${after}`,
      schema,
      { signal },
    );
    all.push(...page.items);
    cursor = page.nextCursor;
    if (cursor === null) break;
  }
  return all;
}
