import { readFile, stat } from "node:fs/promises";
import path from "node:path";

/** One file of the built page. */
export type BundleFile =
  | {
      readonly kind: "asset";
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly contentType: string;
    }
  | { readonly kind: "page"; withNonce(nonce: string): string };

/** The built page: nothing outside its folder can be named. */
export type RendererBundle = { read(relativePath: string): Promise<BundleFile | null> };

/** Vite writes this where the nonce of a load belongs (`html.cspNonce`). */
const noncePlaceholder = "__CSP_NONCE__";

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mp3": "audio/mpeg",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wav": "audio/wav",
  ".woff2": "font/woff2",
};

/** The bundle in a folder of this disk. Files are read anew: a page that was built again is served. */
export function bundleIn(folder: string): RendererBundle {
  const root = path.resolve(folder);
  return {
    async read(relativePath) {
      const file = fileUnder(root, relativePath);
      const contentType = file === null ? undefined : contentTypes[path.extname(file)];
      if (file === null || contentType === undefined || !(await isFile(file))) return null;
      const bytes = new Uint8Array(await readFile(file));
      if (path.extname(file) !== ".html") return { kind: "asset", bytes, contentType };
      const page = new TextDecoder().decode(bytes);
      return { kind: "page", withNonce: (nonce) => page.replaceAll(noncePlaceholder, nonce) };
    },
  };
}

/** Null for every way out of the folder, however it is written. */
function fileUnder(root: string, relativePath: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(relativePath);
  } catch {
    return null;
  }
  if (/[\\\0]|%/.test(decoded)) return null;
  const file = path.resolve(root, decoded);
  return file.startsWith(root + path.sep) ? file : null;
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
