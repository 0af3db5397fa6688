export { errorOf, PracticeClient } from "./practice-client.ts";
