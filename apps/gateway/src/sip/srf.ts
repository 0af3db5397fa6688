import Srf from "drachtio-srf";

// The library's own types are wrong in many places (Dialog.id, events, options), so this folder
// writes down what it uses, as it was read in the sources of drachtio-srf 5.0.29.

export type SrfMessage = {
  readonly source: "network" | "application";
  readonly source_address: string;
  readonly source_port: number;
  readonly uri: string;
  readonly body: string | undefined;
  has(header: string): boolean;
  get(header: string): string | undefined;
};

export type SrfRequest = SrfMessage & {
  on(event: "cancel", listener: () => void): unknown;
};

/** A response to a request of ours. */
export type SrfReply = SrfMessage & { readonly status: number };

/** A request of ours as it went out. */
type SrfSentRequest = Pick<SrfMessage, "get"> & {
  on(event: "response", listener: (response: SrfReply) => void): unknown;
};

/** The same, as long as it may be given up. */
export type SrfOwnRequest = SrfSentRequest & {
  cancel(callback: (error: unknown) => void): void;
};

export type SrfSendOptions = { readonly headers?: Record<string, string>; readonly body?: string };

export type SrfResponse = {
  send(
    status: number,
    options: SrfSendOptions,
    callback?: (error: unknown, sent: SrfMessage) => void,
  ): void;
  send(
    status: number,
    reason: string,
    options: SrfSendOptions,
    callback?: (error: unknown, sent: SrfMessage) => void,
  ): void;
};

/** The other side's answer to a request of ours. */
export type SrfAnswer = { readonly status: number };

export type SrfDialog = {
  /** Names the dialog at drachtio. */
  readonly id: string;
  readonly remote: { readonly sdp: string };
  on(event: "destroy", listener: (message: SrfMessage, reason: string) => void): unknown;
  on(event: "ack", listener: (request: SrfMessage) => void): unknown;
  on(
    event: "modify" | "notify",
    listener: (request: SrfRequest, response: SrfResponse) => void,
  ): unknown;
  request(
    options: { method: string; headers: Record<string, string> },
    callback: (error: unknown, response: SrfAnswer | undefined) => void,
  ): void;
  destroy(
    options: { headers: Record<string, string> },
    callback: (error: unknown, sent: unknown) => void,
  ): void;
};

export type SrfClient = {
  connect(options: {
    host: string;
    port: number;
    secret: string;
    reconnect: { retryMaxDelay: number; maxAttempts: number };
  }): void;
  disconnect(): void;
  on(event: "connect", listener: (error: unknown, hostPorts: string) => void): unknown;
  on(event: "error", listener: (error: unknown) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  invite(listener: (request: SrfRequest, response: SrfResponse) => void): void;
  options(listener: (request: SrfRequest, response: SrfResponse) => void): void;
  register(listener: (request: SrfRequest, response: SrfResponse) => void): void;
  request(
    uri: string,
    options: { method: string; proxy: string; headers: Record<string, string> },
    callback: (error: unknown, request: SrfSentRequest | undefined) => void,
  ): unknown;
  request(
    options: {
      /** Taken from the dialog by drachtio; the library wants one all the same. */
      uri: string;
      method: string;
      stackDialogId: string;
      headers: Record<string, string>;
    },
    callback: (error: unknown, request: SrfOwnRequest | undefined) => void,
  ): unknown;
  createUAS(
    request: SrfRequest,
    response: SrfResponse,
    options: { localSdp: string; headers: Record<string, string> },
    callback: (error: unknown, dialog: SrfDialog | undefined) => void,
  ): unknown;
  createUAC(
    uri: string,
    options: { localSdp: string; proxy?: string; headers: Record<string, string> },
    progress: {
      cbRequest: (error: unknown, request: SrfOwnRequest | undefined) => void;
      /** For each provisional response but 100, which drachtio keeps for itself. */
      cbProvisional: (response: SrfReply) => void;
    },
    callback: (error: unknown, dialog: SrfDialog | undefined) => void,
  ): unknown;
};

/**
 * Forgets an INVITE that will never be answered: the library keeps each until its final response,
 * and drachtio itself drops it after 64 seconds.
 */
export function forgetInvite(request: SrfRequest): void {
  const { agent, socket } = request as unknown as SrfInside; // the border: see above
  agent.mapServer.get(socket)?.pendingNetworkInvites.delete(request.get("Call-ID") ?? "");
}

type SrfInside = {
  readonly agent: {
    readonly mapServer: ReadonlyMap<
      unknown,
      { readonly pendingNetworkInvites: Map<string, unknown> }
    >;
  };
  readonly socket: unknown;
};

/** A client of drachtio's control protocol, not connected yet. */
export function openSrf(): SrfClient {
  return new Srf() as unknown as SrfClient; // the border: see above
}
