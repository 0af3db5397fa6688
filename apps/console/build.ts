import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import react from "@vitejs/plugin-react";
import { build, type InlineConfig } from "vite";

// `node apps/console/build.ts [--if-stale] [renderer|main|preload …]`: three small builds, all of them
// without a name. `--if-stale` builds only what is older than its sources.

const root = import.meta.dirname;
const out = path.join(root, "out");
const electronsNode = "node24"; // of the Electron that package.json pins

const builds: Readonly<Record<string, InlineConfig>> = {
  renderer: {
    root: path.join(root, "src/renderer"),
    base: "./", // the page lies at console://app/ and at /console/
    plugins: [react()],
    html: { cspNonce: "__CSP_NONCE__" },
    build: {
      outDir: path.join(out, "renderer"),
      emptyOutDir: true,
      target: "chrome140",
      assetsInlineLimit: 0, // a data: URL would need another line in the CSP
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1_000,
    },
  },
  main: nodeBuild("src/main/main.ts", "main", { format: "es", entryFileNames: "main.js" }),
  // A sandboxed preload script must be one CommonJS file.
  preload: nodeBuild("src/preload/preload.ts", "preload", {
    format: "cjs",
    entryFileNames: "preload.cjs",
    codeSplitting: false,
  }),
};

process.env["NODE_ENV"] = "production"; // whatever started us: the page is always the one that ships
const onlyStale = process.argv.includes("--if-stale");
const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
for (const name of wanted.length === 0 ? Object.keys(builds) : wanted) {
  const config = builds[name];
  if (config === undefined) throw new Error(`there is no build "${name}"`);
  if (onlyStale && newestMs(path.join(out, name)) > newestSourceMs()) continue;
  await build({ ...config, configFile: false, logLevel: "warn" });
}

function nodeBuild(
  entry: string,
  folder: string,
  output: Readonly<Record<string, string | boolean>>,
): InlineConfig {
  return {
    root,
    ssr: { noExternal: true, external: ["electron"] },
    build: {
      ssr: path.join(root, entry),
      outDir: path.join(out, folder),
      emptyOutDir: true,
      target: electronsNode,
      minify: false,
      rolldownOptions: { external: ["electron"], output },
    },
  };
}

/** When anything that a build is made of was changed last. */
function newestSourceMs(): number {
  const sources = [
    "build.ts",
    "package.json",
    "src",
    "../../packages/contract",
    "../../packages/base",
  ];
  return Math.max(...sources.map((source) => newestMs(path.join(root, source))));
}

/** The newest file of a folder, or of a file itself; 0 where there is none. */
function newestMs(place: string): number {
  const found = statSync(place, { throwIfNoEntry: false });
  if (found === undefined) return 0;
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(0, ...readdirSync(place).map((name) => newestMs(path.join(place, name))));
}
