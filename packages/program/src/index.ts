export { type Program, readSecretFile, runProgram, type Served } from "./run-program.ts";
