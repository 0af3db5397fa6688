import { createHash } from "node:crypto";
import type { Clock, Random } from "@agentcall/base";
import type { ConsoleBridge } from "../shared/bridge.ts";
import { bridgeHandlers } from "../main/bridge-handlers.ts";
import { type ConsoleHandler, consoleHandler } from "../main/console-handler.ts";
import { PairedAppliances, type SealedFile } from "../main/paired-appliances.ts";
import { bundleIn } from "../main/renderer-bundle.ts";

/** What every browser's console is made of. */
export type SessionOptions = {
  readonly rendererDir: string;
  /** Filled into the pairing form. */
  readonly suggestedAddress: string | null;
  readonly clock: Clock;
  readonly random: Random;
};

/** One browser's console. */
export type BrowserSession = { readonly handle: ConsoleHandler; readonly bridge: ConsoleBridge };

type OpenSession = { readonly session: BrowserSession; readonly appliances: PairedAppliances };

const cookieName = "agentcall-console";
const tokenBytes = 32;
const sessionsMax = 50; // browsers of one machine; the oldest makes room, one that is not paired first
const version = "0.1.0";

/** The browsers that have opened the page, each known by the hash of its cookie. */
export class BrowserSessions {
  readonly #options: SessionOptions;
  readonly #basePath: string;
  readonly #sessions = new Map<string, OpenSession>();

  constructor(options: SessionOptions, basePath: string) {
    this.#options = options;
    this.#basePath = basePath;
  }

  /** The session of this Cookie header, or a new one with the cookie to set. */
  async of(
    header: string | undefined,
  ): Promise<{ session: BrowserSession; cookie: string | null }> {
    const token = new RegExp(`(?:^|; *)${cookieName}=([\\w-]{43})(?:;|$)`).exec(header ?? "")?.[1];
    const known = token === undefined ? undefined : this.#sessions.get(hashOf(token));
    if (known !== undefined) return { session: known.session, cookie: null };
    const fresh = Buffer.from(this.#options.random.bytes(tokenBytes)).toString("base64url");
    const session = await this.#open(fresh);
    const cookie = `${cookieName}=${fresh}; Path=${this.#basePath}; HttpOnly; SameSite=Strict`;
    return { session, cookie };
  }

  close(): void {
    for (const { appliances } of this.#sessions.values()) appliances.close();
    this.#sessions.clear();
  }

  async #open(token: string): Promise<BrowserSession> {
    const { random, clock, rendererDir, suggestedAddress } = this.#options;
    const appliances = await PairedAppliances.open(memoryFile(), random);
    const session = {
      handle: consoleHandler({
        bundle: bundleIn(rendererDir),
        selected: () => appliances.selected(),
        basePath: this.#basePath,
        random,
      }),
      bridge: bridgeHandlers({
        appliances,
        appInfo: { version, platform: process.platform, shell: "browser", suggestedAddress },
        consoleName: "browser on this machine",
        saveAs: async (_, content) => {
          await content.cancel();
          return { kind: "failed", sentence: "A browser saves files by itself." };
        },
        clock,
      }),
    };
    this.#makeRoom();
    this.#sessions.set(hashOf(token), { session, appliances });
    return session;
  }

  #makeRoom(): void {
    if (this.#sessions.size < sessionsMax) return;
    const oldest = [...this.#sessions];
    const leaving =
      oldest.find(([, { appliances }]) => appliances.list().length === 0) ?? oldest[0];
    if (leaving === undefined) return;
    leaving[1].appliances.close();
    this.#sessions.delete(leaving[0]);
  }
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** A browser's pairing lasts as long as this process: there is no key store here to seal it with. */
function memoryFile(): SealedFile {
  let kept: string | null = null;
  return {
    read: () => Promise.resolve(kept),
    assertWritable: () => Promise.resolve(),
    write(text) {
      kept = text;
      return Promise.resolve();
    },
  };
}
