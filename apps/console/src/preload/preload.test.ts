import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import vm from "node:vm";
import { beforeAll, describe, expect, test } from "vitest";
import { bridgeChannels, bridgeGlobal, ipcNameOf } from "../shared/bridge-channels.ts";

const app = path.resolve(import.meta.dirname, "../..");
const buildTimeoutMs = 60_000; // one small file, on a busy machine

let script = "";

beforeAll(() => {
  const built = spawnSync(process.execPath, [path.join(app, "build.ts"), "--if-stale", "preload"], {
    encoding: "utf8",
  });
  if (built.status !== 0) throw new Error(`the preload script could not be built: ${built.stderr}`);
  script = readFileSync(path.join(app, "out/preload/preload.cjs"), "utf8");
}, buildTimeoutMs);

describe("the built preload script", () => {
  test("needs nothing but electron, as a sandbox has it (S1)", () => {
    expect(run().required).toEqual(["electron"]);
  });

  test("shows the page exactly the bridge: one function a channel, and nothing else (S2)", () => {
    const { exposed } = run();

    expect([...exposed.keys()]).toEqual([bridgeGlobal]);
    const bridge = exposed.get(bridgeGlobal) ?? {};
    expect(Object.keys(bridge)).toEqual(bridgeChannels);
    expect(Object.values(bridge).map((value) => typeof value)).toEqual(
      bridgeChannels.map(() => "function"),
    );
  });

  test.each(bridgeChannels)(
    "passes one argument of %s to the main side, and its answer back (S2, S3)",
    async (channel) => {
      const { exposed, invoked } = run();
      const call = exposed.get(bridgeGlobal)?.[channel];

      const answer = await call?.({ id: "one" }, "a second argument", { event: "none" });

      expect(invoked).toEqual([[ipcNameOf(channel), { id: "one" }]]);
      expect(answer).toBe(`the answer of ${ipcNameOf(channel)}`);
    },
  );

  test("uses of ipcRenderer the asking alone: nothing listens, nothing is sent (S2)", async () => {
    const { exposed, used } = run();

    for (const call of Object.values(exposed.get(bridgeGlobal) ?? {})) await call(null);

    expect([...used]).toEqual(["invoke"]);
  });
});

type Exposed = Record<string, (...given: unknown[]) => unknown>;

/** Runs the file as Electron's sandbox does: `require` knows `electron`, and there is no Node. */
function run(): {
  exposed: Map<string, Exposed>;
  invoked: unknown[][];
  required: string[];
  used: Set<string>;
} {
  const exposed = new Map<string, Exposed>();
  const invoked: unknown[][] = [];
  const required: string[] = [];
  const used = new Set<string>();
  const invoke = (...given: unknown[]): Promise<string> => {
    invoked.push(given);
    return Promise.resolve(`the answer of ${String(given[0])}`);
  };
  const ipcRenderer = new Proxy<Record<string, unknown>>(
    { invoke },
    {
      get(target, property) {
        used.add(String(property));
        return Reflect.get(target, property) as unknown;
      },
    },
  );
  const contextBridge = {
    exposeInMainWorld: (name: string, value: Exposed) => exposed.set(name, value),
  };
  const require = (name: string): unknown => {
    required.push(name);
    if (name !== "electron") throw new Error(`a sandbox has no ${name}`);
    return { contextBridge, ipcRenderer };
  };
  vm.runInNewContext(script, { require, module: { exports: {} }, exports: {} });
  return { exposed, invoked, required, used };
}
