import { expect, test } from "vitest";
import { readinessLines } from "./readiness-lines.ts";

const good = { database: "ok", gateways: 1, vault: "open" } as const;

test("an appliance that is ready has no bad line", () => {
  const kinds = readinessLines({ ready: true, checks: good }).map(({ kind }) => kind);

  expect(kinds).toEqual(["good", "good", "good", "good"]);
});

test.each([
  [{ database: "failed" }, "Database", "the disk"],
  [{ gateways: 0 }, "Gateways", "None is connected"],
  [{ vault: "sealed" }, "Vault", "Unseal it under Settings"],
] as const)("what is missing, %j, is told at %s, with what to do", (change, name, words) => {
  const lines = readinessLines({ ready: false, checks: { ...good, ...change } });

  const bad = lines.filter(({ kind }) => kind === "bad");
  expect(bad.map((each) => each.name)).toEqual(["Calls", name]);
  expect(bad.at(-1)?.words).toContain(words);
});
