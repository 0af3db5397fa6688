export { proLicense, signedLicense } from "./licenses.ts";
