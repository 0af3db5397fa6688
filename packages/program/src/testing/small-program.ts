import { AppError, silentLog } from "@agentcall/base";
import { runProgram } from "../run-program.ts";

// The smallest program there can be; `SMALL` says what goes wrong with it.

await runProgram({
  readSettings: ({ SMALL }) => (SMALL === "wrong" ? "SMALL is wrong." : { mood: SMALL ?? "good" }),
  start: ({ mood }) => {
    if (mood === "taken") throw new AppError("port-taken", "The port is taken.");
    return Promise.resolve({
      ready: { address: "here" },
      log: silentLog,
      ...(mood === "busy"
        ? {
            drain: () => {
              const done = new Promise<void>((resolve) => process.once("SIGUSR2", resolve));
              process.stdout.write("draining\n");
              process.send?.({ event: "draining" });
              return done;
            },
          }
        : {}),
      close: () => {
        if (mood === "stuck") return Promise.reject(new Error("stuck"));
        process.stdout.write("closed\n");
        return Promise.resolve();
      },
    });
  },
});
