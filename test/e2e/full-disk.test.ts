// A disk that is full, and a disk that has room again: a real one, of tmpfs.
import { delay, systemClock } from "@agentcall/base";
import type { SystemView, UsageView } from "@agentcall/contract";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { eventually } from "../support/eventually.ts";
import { House } from "../support/house.ts";
import { canMountDisk, SmallDisk } from "../support/small-disk.ts";

const clock = systemClock();
const toldAgainMsMax = 30_000; // the gateway tells again every 5 s, and this machine has other work

describe.skipIf(!canMountDisk)("a full disk of the data folder", () => {
  let disk: SmallDisk;
  let house: House;

  beforeEach(async () => {
    disk = SmallDisk.mount(6);
    house = await House.open({ dataDir: disk.folder });
  });
  afterEach(async () => {
    await house.close();
    disk.unmount();
  });

  test("ends no call, refuses new ones, is told, and loses nothing once there is room again", async () => {
    await house.setAgent({});
    const call = await house.answeredCall();
    await eventually("the call is written down", () => statusesOf("call.status").length > 0);

    disk.fill();
    const refused = await house.request("PUT", "/v1/settings/memory", { enabled: false });
    const read = await house.request("GET", "/v1/numbers");
    const full = await codes();
    const second = await (await house.call()).outcome;
    await call.hangUp();
    await untilGatewayTellsOfIt();
    const during = (await house.request("GET", `/v1/calls/${call.callId ?? ""}`)).body;
    disk.makeRoom();
    await eventually(
      "everything was told",
      () => house.gateway.state().spooledEvents === 0,
      toldAgainMsMax,
    );

    expect(refused).toMatchObject({ status: 507, body: { error: { code: "storage_full" } } });
    expect(read.status).toBe(200);
    expect(full).toContain("disk_full");
    expect(second).toMatchObject({ kind: "refused", status: 503 });
    expect(during).toMatchObject({ status: "in-progress" });
    expect(await house.ended(call)).toMatchObject({ status: "completed" });
    expect((await usage()).total).toMatchObject({ calls: 1, billedSeconds: 60 });
    expect(await causes()).toEqual(["storage_full", "caller_hung_up"]);
    expect(await codes()).not.toContain("disk_full");
    expect(alerts()).toEqual(["alert.raised", "alert.cleared"]);
    expect((await house.request("PUT", "/v1/settings/memory", { enabled: false })).status).toBe(
      200,
    );
  });

  /** Its events were refused: it looks every five seconds, and says that it has kept them. */
  async function untilGatewayTellsOfIt(): Promise<void> {
    for (;;) {
      const { gateways } = (await house.ask("GET", "/v1/system")) as SystemView;
      if ((gateways[0]?.pendingEvents ?? 0) > 0) return;
      await delay(clock, 1_000); // a key may ask a hundred times a minute
    }
  }

  async function codes(): Promise<readonly string[]> {
    const view = (await house.ask("GET", "/v1/system")) as SystemView;
    return view.alerts.map(({ code }) => code);
  }

  async function usage(): Promise<UsageView> {
    const period = new Date(clock.nowMs()).toISOString().slice(0, 7);
    return (await house.ask("GET", `/v1/usage?period=${period}`)) as UsageView;
  }

  /** Of all calls, newest first. */
  async function causes(): Promise<readonly (string | undefined)[]> {
    const { items } = (await house.ask("GET", "/v1/calls")) as {
      items: { hangupCause: { cause: string } | null }[];
    };
    return items.map(({ hangupCause }) => hangupCause?.cause);
  }

  function statusesOf(event: string): readonly unknown[] {
    return house.messages.filter((message) => message.event === event);
  }

  /** Of the disk, in their order. */
  function alerts(): readonly string[] {
    return house.messages
      .filter(({ event, data }) => event.startsWith("alert.") && data["code"] === "disk_full")
      .map(({ event }) => event);
  }
});
