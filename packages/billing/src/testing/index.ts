export { aChain, anEntry, aSigner, sealedBatch } from "./some-entries.ts";
