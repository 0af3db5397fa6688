import { describe, expect, test } from "vitest";
import { LedgerWorld, type Mutation } from "./ledger-world.ts";

const seedCount = Number(process.env["SEEDS"] ?? "50");
const seeds = Array.from({ length: seedCount }, (_, seed) => seed + 1);
const turns = 40;

async function brokenLaws(seed: number, mutation: Mutation = "none"): Promise<readonly string[]> {
  const world = await LedgerWorld.open(seed, mutation);
  try {
    await world.live(turns);
    await world.calmDown();
    return await world.broken();
  } finally {
    await world.close();
  }
}

describe("usage", () => {
  test.each(seeds)("reaches billing exactly once, whatever is lost, seed %i", async (seed) => {
    expect(await brokenLaws(seed)).toEqual([]);
  });

  test.each<readonly [Mutation, string]>([
    ["watermark-early", "billing holds every entry once"],
    ["receiver-adds", "billing counts what is owed"],
  ])("is watched: with %s on purpose seeds turn red", async (mutation, law) => {
    const broken = await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => brokenLaws(seed, mutation)));

    expect(broken.filter((laws) => laws.includes(law)).length).toBeGreaterThan(3);
  });
});
