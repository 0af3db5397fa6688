import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { sdkFiles } from "./sdk-files.ts";

// `npm run sdk`: writes the SDK's types and methods anew, after a route or its schema has changed.

for (const [file, text] of await sdkFiles()) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
