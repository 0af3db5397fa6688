import { AppError, type Secret } from "@agentcall/base";
import type { ClientEvent, RealtimeTransport, TransportHandlers } from "@agentcall/realtime";

type LateTransportOptions = {
  /** Asks for the key; null when there is none to be had. Never rejects. */
  readonly askKey: () => Promise<Secret | null>;
  readonly makeTransport: (apiKey: Secret) => RealtimeTransport;
  readonly handlers: TransportHandlers;
};

/** A transport whose key is asked for when it is opened: for a further session within a call. */
export class LateTransport implements RealtimeTransport {
  readonly #options: LateTransportOptions;
  #transport: RealtimeTransport | null = null;
  #isOpened = false;
  #isClosed = false;

  constructor(options: LateTransportOptions) {
    this.#options = options;
  }

  get bufferedBytes(): number {
    return this.#transport?.bufferedBytes ?? 0;
  }

  open(): void {
    if (this.#isOpened || this.#isClosed) return;
    this.#isOpened = true;
    void this.#options.askKey().then((key) => {
      this.#openWith(key);
    });
  }

  send(event: ClientEvent): void {
    this.#transport?.send(event);
  }

  sendAudio(audio: Uint8Array, offset: number, bytes: number): void {
    this.#transport?.sendAudio(audio, offset, bytes);
  }

  close(code?: number): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#transport !== null) this.#transport.close(code);
    else if (this.#isOpened) this.#options.handlers.onClosed({ code: code ?? 1000, reason: "" });
  }

  #openWith(key: Secret | null): void {
    if (this.#isClosed) return;
    if (key === null) {
      this.#options.handlers.onFailed(new AppError("no_key", "no key came for another session"));
      return;
    }
    this.#transport = this.#options.makeTransport(key);
    this.#transport.open();
  }
}
