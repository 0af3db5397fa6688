export { type Pin, PinMismatchError, pinnedFetch } from "./pinned-fetch.ts";
