export { errorOf, PracticeClient } from "./practice-client.ts";
export { serverFrameProblems } from "./server-event-schema.ts";
