import Srf from "drachtio-srf";

// An application as the library's users write one. Its own types are wrong in many places: what
// is used here is written down as it was read in drachtio-srf 5.0.29.
type Callback<Value> = (error: unknown, value: Value) => void;
type RawRequest = { readonly body: string; on(event: "cancel", listener: () => void): void };
type RawSent = { cancel(): void };
type RawResponse = {
  readonly status: number;
  send(
    status: number,
    options?: { body?: string; headers?: Record<string, string> },
    callback?: (error: unknown) => void,
    onPrack?: () => void,
  ): void;
};
type RawOutgoing = { on(event: "response", listener: (response: RawResponse) => void): void };
type RawDialog = {
  on(event: "destroy", listener: (message: unknown, reason: string) => void): void;
  on(event: "ack", listener: () => void): void;
  on(event: "modify", listener: (request: RawRequest, response: RawResponse) => void): void;
  destroy(): Promise<unknown>;
};
type RawSrf = {
  connect(options: { host: string; port: number; secret: string }): void;
  disconnect(): void;
  on(event: "connect", listener: Callback<string>): void;
  on(event: "error", listener: (error: unknown) => void): void;
  invite(listener: (request: RawRequest, response: RawResponse) => void): void;
  createUAS(
    request: RawRequest,
    response: RawResponse,
    options: { localSdp: string; headers?: Record<string, string> },
  ): Promise<RawDialog>;
  createUAC(
    uri: string,
    options: CallOptions & { localSdp: string },
    progress: { cbRequest: Callback<RawSent>; cbProvisional: (response: RawResponse) => void },
  ): Promise<RawDialog>;
  request(uri: string, options: { method: string }, callback: Callback<RawOutgoing>): void;
};

type CallOptions = {
  readonly headers?: Record<string, string>;
  /** Credentials, which the library uses when it is challenged. */
  readonly auth?: { readonly username: string; readonly password: string };
};

export type SrfDialogView = {
  /** Resolves when the other side has ended it, with the reason where the server itself did. */
  readonly destroyed: Promise<string>;
  /** Resolves with the first ACK. */
  readonly acknowledged: Promise<void>;
  destroy(): Promise<void>;
  /** Answers the next re-INVITE with this description; resolves with the one that came. */
  nextModify(sdp: string): Promise<string>;
};

export type SrfInvite = {
  /** The offer. */
  readonly sdp: string;
  readonly cancelled: Promise<void>;
  ring(): void;
  /** A reliable 183; resolves when its PRACK has come. Rejects where it cannot be sent. */
  progress(): Promise<void>;
  refuse(status: number): void;
  answer(sdp: string, headers?: Record<string, string>): Promise<SrfDialogView>;
};

export type SrfCall = {
  /** Rejects with the library's SipError when the call is refused. */
  readonly answered: Promise<SrfDialogView>;
  /** Statuses of the provisional responses so far. */
  readonly progress: readonly number[];
  cancel(): void;
};

export type SrfApplication = {
  nextInvite(): Promise<SrfInvite>;
  call(uri: string, sdp: string, options?: CallOptions): Promise<SrfDialogView>;
  /** The same, for who wants to follow it or give it up. */
  dial(uri: string, sdp: string, options?: CallOptions): SrfCall;
  /** A request outside of any dialog; resolves with the status of its answer. */
  request(method: string, uri: string): Promise<number>;
  close(): void;
};

/** Connects the unmodified library to an engine's control port. */
export async function openApplication(hostPort: string, secret: string): Promise<SrfApplication> {
  const srf = new Srf() as unknown as RawSrf;
  const waiting: ((invite: SrfInvite) => void)[] = [];
  srf.invite((request, response) => {
    waiting.shift()?.(inviteOf(srf, request, response));
  });
  const connected = new Promise<void>((resolve, reject) => {
    srf.on("connect", (error) => {
      if (error === null || error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error("not connected"));
    });
    srf.on("error", () => undefined); // the engine was closed
  });
  const [host = "", port = ""] = hostPort.split(":");
  srf.connect({ host, port: Number(port), secret });
  await connected;
  return {
    nextInvite: () => new Promise((resolve) => waiting.push(resolve)),
    call: (uri, sdp, options) => dial(srf, uri, sdp, options).answered,
    dial: (uri, sdp, options) => dial(srf, uri, sdp, options),
    request: (method, uri) => request(srf, method, uri),
    close: () => {
      srf.disconnect();
    },
  };
}

function dial(srf: RawSrf, uri: string, localSdp: string, options: CallOptions = {}): SrfCall {
  const sent = Promise.withResolvers<RawSent>();
  const progress: number[] = [];
  const dialog = srf.createUAC(
    uri,
    { localSdp, ...options },
    {
      cbRequest: (_error, request) => {
        sent.resolve(request);
      },
      cbProvisional: (response) => {
        progress.push(response.status);
      },
    },
  );
  return {
    answered: dialog.then(dialogOf),
    progress,
    cancel: () => {
      void sent.promise.then((request) => {
        request.cancel();
      });
    },
  };
}

/** By callback: the library's promise misses an answer that comes at once. */
function request(srf: RawSrf, method: string, uri: string): Promise<number> {
  return new Promise((resolve, reject) => {
    srf.request(uri, { method }, (error, outgoing) => {
      if (error !== null && error !== undefined) {
        reject(error instanceof Error ? error : new Error("not sent"));
        return;
      }
      outgoing.on("response", (response) => {
        resolve(response.status);
      });
    });
  });
}

function inviteOf(srf: RawSrf, request: RawRequest, response: RawResponse): SrfInvite {
  return {
    sdp: request.body,
    cancelled: new Promise((resolve) => {
      request.on("cancel", resolve);
    }),
    ring: () => {
      response.send(180);
    },
    progress: () =>
      new Promise((resolve, reject) => {
        const sent = (error: unknown): void => {
          if (error !== null && error !== undefined)
            reject(new Error("not sent", { cause: error }));
        };
        response.send(183, { headers: { Require: "100rel" } }, sent, resolve);
      }),
    refuse: (status) => {
      response.send(status);
    },
    answer: async (localSdp, headers = {}) =>
      dialogOf(await srf.createUAS(request, response, { localSdp, headers })),
  };
}

function dialogOf(dialog: RawDialog): SrfDialogView {
  return {
    destroyed: new Promise((resolve) => {
      dialog.on("destroy", (_message, reason) => {
        resolve(reason);
      });
    }),
    acknowledged: new Promise((resolve) => {
      dialog.on("ack", resolve);
    }),
    destroy: async () => {
      await dialog.destroy();
    },
    nextModify: (body) =>
      new Promise((resolve) => {
        dialog.on("modify", (request, response) => {
          response.send(200, { body });
          resolve(request.body);
        });
      }),
  };
}
