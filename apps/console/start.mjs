// `npm run console`: the desktop application, where Electron's binary is.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

const root = path.resolve(import.meta.dirname, "../..");
const electron = path.join(root, "node_modules/electron");
const pathFile = path.join(electron, "path.txt"); // written by Electron's own download

if (existsSync(pathFile)) {
  const binary = path.join(electron, "dist", readFileSync(pathFile, "utf8").trim());
  spawn(binary, [path.join(root, "apps/console")], { stdio: "inherit" }).on("exit", (code) => {
    process.exitCode = code ?? 1;
  });
} else {
  console.error(
    "Electron's binary is not on this machine. Where its download can be reached: npx install-electron --no, then npm run console. Without it: npm start, and open the console's address in a browser.",
  );
  process.exitCode = 1;
}
