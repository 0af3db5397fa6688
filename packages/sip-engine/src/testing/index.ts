export { benchSecret, EngineBench, type Peer } from "./engine-bench.ts";
