export { HttpReceiver } from "./http-receiver.ts";
export { proLicense, signedLicense } from "./licenses.ts";
export { cheapPassphrase, rootKeyOf } from "./root-key.ts";
export { type FaultPoint, faultPoints } from "../vault/fault-point.ts";
export { openRoot } from "../vault/root-setting.ts";
export { readKey } from "./read-key.ts";
export { OpenApp } from "./open-app.ts";
