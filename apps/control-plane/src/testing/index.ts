export { proLicense, signedLicense } from "./licenses.ts";
export { cheapPassphrase, rootKeyOf } from "./root-key.ts";
