import path from "node:path";
import { OpenApp } from "@agentcall/control-plane/testing";
import { apiDocumentSchema } from "@agentcall/contract";
import { format } from "prettier";
import { apiTypesText, resourcesText } from "./sdk-text.ts";

const generated = path.resolve(import.meta.dirname, "../../packages/sdk/src/generated");

/** The generated files of the SDK as they should be now, by their paths. */
export async function sdkFiles(): Promise<ReadonlyMap<string, string>> {
  const house = await OpenApp.open();
  try {
    const answer = await house.ask("GET", "/openapi.json", { as: null });
    const document = apiDocumentSchema.parse(answer.json());
    const style = { parser: "typescript", printWidth: 100 };
    return new Map([
      [path.join(generated, "api-types.ts"), await format(apiTypesText(document), style)],
      [path.join(generated, "resources.ts"), await format(resourcesText(document), style)],
    ]);
  } finally {
    await house.close();
  }
}
