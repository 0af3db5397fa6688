// A control plane that ends itself by SIGKILL at the fault point it is given. Arguments: its folder,
// the provider's address, the point. Each message moves its clock by a minute.
import { TestClock } from "@agentcall/base/testing";
import { startSmall } from "./small-control-plane.ts";

const [folder = "", openaiBaseUrl = "", armed = ""] = process.argv.slice(2);
const clock = new TestClock();
const { http } = await startSmall(folder, openaiBaseUrl, clock, (point) => {
  if (point === armed) process.kill(process.pid, "SIGKILL");
});
process.on("message", () => {
  clock.advance(60_000);
});
process.on("disconnect", () => {
  process.exit(0);
});
process.send?.(http);
