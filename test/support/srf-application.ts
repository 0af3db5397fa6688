import Srf from "drachtio-srf";

// An application as the library's users write one. Its own types are wrong in many places: what
// is used here is written down as it was read in drachtio-srf 5.0.29.
type Callback<Value> = (error: unknown, value: Value) => void;
type RawRequest = { readonly body: string; on(event: "cancel", listener: () => void): void };
type RawResponse = { send(status: number, options?: { body: string }): void };
type RawDialog = {
  on(event: "destroy", listener: () => void): void;
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
    options: { localSdp: string },
  ): Promise<RawDialog>;
  createUAC(uri: string, options: { localSdp: string }): Promise<RawDialog>;
};

export type SrfDialogView = {
  /** Resolves when the other side has ended it. */
  readonly destroyed: Promise<void>;
  destroy(): Promise<void>;
  /** Answers the next re-INVITE with this description; resolves with the one that came. */
  nextModify(sdp: string): Promise<string>;
};

export type SrfInvite = {
  readonly cancelled: Promise<void>;
  ring(): void;
  refuse(status: number): void;
  answer(sdp: string): Promise<SrfDialogView>;
};

export type SrfApplication = {
  nextInvite(): Promise<SrfInvite>;
  call(uri: string, sdp: string): Promise<SrfDialogView>;
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
    call: async (uri, localSdp) => dialogOf(await srf.createUAC(uri, { localSdp })),
    close: () => {
      srf.disconnect();
    },
  };
}

function inviteOf(srf: RawSrf, request: RawRequest, response: RawResponse): SrfInvite {
  return {
    cancelled: new Promise((resolve) => {
      request.on("cancel", resolve);
    }),
    ring: () => {
      response.send(180);
    },
    refuse: (status) => {
      response.send(status);
    },
    answer: async (localSdp) => dialogOf(await srf.createUAS(request, response, { localSdp })),
  };
}

function dialogOf(dialog: RawDialog): SrfDialogView {
  return {
    destroyed: new Promise((resolve) => {
      dialog.on("destroy", resolve);
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
