// The SDK's methods and types are written from the OpenAPI document: what lies in the repository must be what would be written now.
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sdkFiles } from "./sdk/sdk-files.ts";

const generationMs = 30_000; // the whole API is opened and formatted

test(
  "the SDK is up to date with the API's routes: else run `npm run sdk`",
  async () => {
    for (const [file, text] of await sdkFiles()) {
      expect(existsSync(file) ? readFileSync(file, "utf8") : null, `${file}: run npm run sdk`).toBe(
        text,
      );
    }
  },
  generationMs,
);
