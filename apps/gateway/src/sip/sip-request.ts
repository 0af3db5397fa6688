import type { Clock } from "@agentcall/base";
import { AppError } from "@agentcall/base";
import type { SrfClient } from "./srf.ts";

/** A request outside of any dialog. */
export type OutgoingRequest = {
  readonly method: "OPTIONS" | "REGISTER";
  readonly uri: string;
  /** Where it is sent, whatever the URI says. */
  readonly route: string;
  readonly headers: Readonly<Record<string, string>>;
};

/** What became of a request. */
export type SipAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      readonly roundTripMs: number;
      /** A header's value, or null. */
      header(name: string): string | null;
      readonly body: string;
    }
  /** Nothing came in time, or nobody listens there. */
  | { readonly kind: "unanswered" }
  /** drachtio is not connected, or cannot send this: its words. */
  | { readonly kind: "unsent"; readonly reason: string };

/** Sends a request and waits for its final answer. Never rejects, and settles within `timeoutMs`. */
export type SendRequest = (request: OutgoingRequest, timeoutMs: number) => Promise<SipAnswer>;

/**
 * One request over drachtio-srf. The callback form: its promises lose an answer that comes in one
 * segment with the echo. A time limit of our own: a drachtio that hangs tells nothing.
 */
export function sendBy(
  client: SrfClient,
  clock: Clock,
  { method, uri, route, headers }: OutgoingRequest,
  timeoutMs: number,
): Promise<SipAnswer> {
  return new Promise((resolve) => {
    const sentMs = clock.monotonicMs();
    const timer = clock.after(timeoutMs, () => {
      resolve({ kind: "unanswered" });
    });
    const settle = (answer: SipAnswer): void => {
      timer.cancel();
      resolve(answer);
    };
    try {
      client.request(uri, { method, proxy: route, headers: { ...headers } }, (error, request) => {
        if (request === undefined) {
          settle({ kind: "unsent", reason: reasonOf(error) });
          return;
        }
        request.on("response", (response) => {
          if (response.status < 200) return;
          // What drachtio says itself for an answer that never came: it names no source.
          const isLocal = response.source_address === "";
          if (isLocal) settle({ kind: "unanswered" });
          else {
            settle({
              kind: "answered",
              status: response.status,
              roundTripMs: clock.monotonicMs() - sentMs,
              header: (name) => response.get(name) ?? null,
              body: response.body ?? "",
            });
          }
        });
      });
    } catch (error) {
      settle({ kind: "unsent", reason: reasonOf(error) }); // not connected: the library asserts
    }
  });
}

function reasonOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  const text = error instanceof Error ? error.message : String(error);
  return text.slice(0, 200);
}
