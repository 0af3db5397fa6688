import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "vite";

// `node packages/sdk/build.ts [folder]` makes what is published: two modules, their types, and a package.json without our sources.

const root = import.meta.dirname;
const folder = path.resolve(process.argv[2] ?? path.join(root, "dist"));
rmSync(folder, { recursive: true, force: true });

await build({
  root,
  configFile: false,
  logLevel: "warn",
  build: {
    outDir: folder,
    emptyOutDir: true,
    target: "es2022",
    minify: true,
    lib: {
      entry: {
        index: path.join(root, "src/index.ts"),
        node: path.join(root, "src/node/index.ts"),
      },
      formats: ["es"],
    },
    rolldownOptions: { external: [/^node:/], output: { entryFileNames: "[name].js" } },
  },
});
writeTypes();
writeManifest();

function writeTypes(): void {
  const types = path.join(folder, "types");
  const { status, stdout } = spawnSync(
    process.execPath,
    [
      path.join(root, "../../node_modules/typescript/bin/tsc"),
      path.join(root, "src/index.ts"),
      path.join(root, "src/node/index.ts"),
      ...["--ignoreConfig", "--declaration", "--emitDeclarationOnly", "--strict", "--skipLibCheck"],
      ...["--target", "es2024", "--lib", "es2024", "--module", "nodenext", "--types", "node"],
      ...["--rewriteRelativeImportExtensions", "--rootDir", path.join(root, "src")],
      ...["--outDir", types],
    ],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`the types could not be written: ${stdout}`);
  for (const name of readdirSync(types, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".d.ts")) continue;
    // TypeScript rewrites the endings in programs only; there are no sources beside these files.
    const text = readFileSync(path.join(types, name), "utf8");
    writeFileSync(path.join(types, name), text.replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
  }
}

function writeManifest(): void {
  const { name, version, type, license, description, sideEffects }: Record<string, unknown> =
    JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as Record<string, unknown>;
  const exports = {
    ".": { types: "./types/index.d.ts", default: "./index.js" },
    "./node": { types: "./types/node/index.d.ts", default: "./node.js" },
  };
  const manifest = { name, version, type, license, description, sideEffects, exports };
  writeFileSync(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}
