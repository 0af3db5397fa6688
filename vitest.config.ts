import { defineConfig } from "vitest/config";
import { ClosingLineReporter } from "./test/support/closing-line-reporter.ts";

export default defineConfig({
  test: {
    reporters: ["default", new ClosingLineReporter()],
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "packages/*/src/**/*.test.ts",
            "apps/*/src/**/*.test.ts",
            "test/*.test.ts",
            "test/faults/**/*.test.ts",
          ],
          testTimeout: 30_000, // milliseconds as a rule; a machine that does other things takes its time
        },
      },
      {
        test: {
          name: "sim",
          include: ["test/sim/**/*.test.ts"],
          testTimeout: 120_000, // one seed is milliseconds; a night's run has thousands
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts", "test/sipp/**/*.test.ts"],
          testTimeout: 60_000, // a real call lasts as long as it lasts
          hookTimeout: 60_000,
          fileParallelism: false, // calls are paced by the real clock: two files at once would disturb each other
        },
      },
    ],
    coverage: { provider: "v8", include: ["packages/*/src/**", "apps/*/src/**"] },
  },
});
