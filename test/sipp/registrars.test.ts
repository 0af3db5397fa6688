import type { TrunkStatusView, TrunkView } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";
import { canRunSipp, startSippServer } from "./sipp.ts";

let house: House;

beforeEach(async () => {
  house = await House.open();
});
afterEach(async () => {
  await house.close();
});

describe.skipIf(!canRunSipp).each(["udp", "tcp"] as const)(
  "against sipp as a registrar over %s",
  (transport) => {
    test("a trunk answers the challenge and is registered again before it expires (uas-register-401)", async () => {
      const registrar = await startSippServer("uas-register-401", transport);

      const id = await aTrunk(registrar.port, transport);
      const result = await registrar.done;
      await isInState(id, "up");

      expect(result.problems).toBe("");
      expect(result).toMatchObject({ exitCode: 0, successful: 1, failed: 0 });
    });

    test("a trunk whose password is refused says so in plain words (uas-register-403)", async () => {
      const registrar = await startSippServer("uas-register-403", transport);

      const id = await aTrunk(registrar.port, transport);
      const result = await registrar.done;
      await isInState(id, "down");

      expect(result.problems).toBe("");
      expect(result).toMatchObject({ exitCode: 0, successful: 1, failed: 0 });
      const status = (await house.ask("GET", `/v1/trunks/${id}/status`)) as TrunkStatusView;
      expect(status.message).toBe("The carrier answered 403 to REGISTER: user name or password.");
    });
  },
);

async function aTrunk(port: number, transport: string): Promise<string> {
  const trunk = await house.ask("POST", "/v1/trunks", {
    name: "Registrar",
    servers: [{ host: "127.0.0.1", port }],
    transport,
    credentials: { username: "alice", password: "practice" },
    registration: { expiresSecs: 600, domain: "carrier.example" },
    keepAlive: null,
  });
  return (trunk as TrunkView).id;
}

async function isInState(id: string, state: string): Promise<void> {
  await eventually(`the trunk is ${state}`, () =>
    house.messages.some(
      ({ event, data }) =>
        event === "trunk.status" && data["trunkId"] === id && data["state"] === state,
    ),
  );
}
