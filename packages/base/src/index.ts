export { AppError } from "./app-error.ts";
export { type Clock, delay, every, systemClock, type Timer } from "./clock.ts";
export { type Close, Closers } from "./closers.ts";
export { base32, newId } from "./ids.ts";
export { invariant, InvariantError, unreachable } from "./invariant.ts";
export { type Log, type LogFields, silentLog } from "./log.ts";
export { type Random, seededRandom, systemRandom } from "./random.ts";
export { type RetrySchedule, retryDelayMs } from "./retry-schedule.ts";
export { Secret } from "./secret.ts";
