import type { Reporter, TestModule } from "vitest/node";

/**
 * Ends a run with the one line that people and machines look for: `N passed, N failed`. A file
 * that could not even be loaded counts as failed. What was skipped is named before it.
 */
export class ClosingLineReporter implements Reporter {
  readonly #print: (line: string) => void;

  constructor(
    print = (line: string): void => {
      process.stdout.write(`${line}\n`);
    },
  ) {
    this.#print = print;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "failed") failed += 1;
        else this.#print(`skipped: ${test.fullName}`);
      }
    }
    this.#print(`${String(passed)} passed, ${String(failed)} failed`);
  }
}
