import { applianceOperations } from "./appliance-operations.ts";
import { callOperations } from "./call-operations.ts";
import { numberOperations } from "./number-operations.ts";
import type { Operation } from "./operation.ts";
import { usageOperations } from "./usage-operations.ts";

/**
 * Every operation of the API by its method and path. From this list and the routes' schemas come
 * the OpenAPI document, the page at `/docs`, the SDK's methods and the property test over the API.
 */
export const operations: Readonly<Record<string, Operation>> = {
  ...numberOperations,
  ...callOperations,
  ...usageOperations,
  ...applianceOperations,
};
