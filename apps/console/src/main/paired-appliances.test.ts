import { Secret, seededRandom } from "@agentcall/base";
import { fingerprintWords } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { memoryFile } from "../testing/memory-file.ts";
import { PairedAppliances, type SealedFile } from "./paired-appliances.ts";

const fingerprint = "0a".repeat(32);

describe("the appliances that a console is paired with", () => {
  test("are listed with the words of their certificates, and never with a key (S11)", async () => {
    const appliances = await open();

    await appliances.add(paired("Berlin"));

    const [listed] = appliances.list();
    expect(listed?.id).toMatch(/^appliance/);
    expect(appliances.list()).toMatchObject([
      {
        name: "Berlin",
        address: "https://berlin.example:8443",
        fingerprintWords: fingerprintWords(fingerprint),
        selected: true,
      },
    ]);
    expect(JSON.stringify(appliances.list())).not.toContain("ac_live");
    expect(String(appliances.selected()?.apiKey)).toBe("[secret]");
  });

  test("are there again at the next start", async () => {
    const file = memoryFile();
    const before = await open(file);
    await before.add(paired("Berlin"));
    await before.add(paired("Lisbon"));

    const after = await open(file);

    expect(after.list()).toEqual(before.list());
    expect(after.selected()?.apiKey.reveal()).toBe("ac_live_of_Lisbon");
  });

  test("keep one of each address: pairing again replaces its key", async () => {
    const appliances = await open();
    await appliances.add(paired("Berlin"));

    await appliances.add({ ...paired("Berlin"), apiKey: new Secret("ac_live_new") });

    expect(appliances.list()).toHaveLength(1);
    expect(appliances.selected()?.apiKey.reveal()).toBe("ac_live_new");
  });

  test("are asked with the key of the one that is selected, and no other", async () => {
    const appliances = await open();
    const { id } = await appliances.add(paired("Berlin"));
    await appliances.add(paired("Lisbon"));

    await appliances.select(id);

    expect(appliances.selected()?.apiKey.reveal()).toBe("ac_live_of_Berlin");
    await appliances.select("appliance_of_nobody");
    expect(appliances.selected()?.apiKey.reveal()).toBe("ac_live_of_Berlin");
  });

  test("forget an unpaired one with its key, and go on with another (S12)", async () => {
    const file = memoryFile();
    const appliances = await open(file);
    await appliances.add(paired("Berlin"));
    const { id } = await appliances.add(paired("Lisbon"));

    await appliances.remove(id);

    expect(file.text()).not.toContain("Lisbon");
    expect(appliances.selected()?.apiKey.reveal()).toBe("ac_live_of_Berlin");
    await appliances.remove(appliances.list()[0]?.id ?? "");
    expect([appliances.list(), appliances.selected()]).toEqual([[], null]);
    expect(file.text()).not.toContain("ac_live");
  });

  test("lose none of several changes at once", async () => {
    const appliances = await open();

    await Promise.all(["Berlin", "Lisbon", "Oslo"].map((name) => appliances.add(paired(name))));

    expect(appliances.list().map(({ name }) => name)).toEqual(["Berlin", "Lisbon", "Oslo"]);
  });

  test("stay as they were when they cannot be written, and the next change is not held up", async () => {
    const file = memoryFile();
    let isFull = true;
    const appliances = await open({
      ...file,
      write: (text) => (isFull ? Promise.reject(new Error("the disk is full")) : file.write(text)),
    });

    await expect(appliances.add(paired("Berlin"))).rejects.toThrow("the disk is full");

    expect(appliances.list()).toEqual([]);
    isFull = false;
    await appliances.add(paired("Berlin"));
    expect(appliances.list()).toHaveLength(1);
  });

  test("are fifty at most", async () => {
    const appliances = await open();
    for (let count = 0; count < 50; count += 1)
      await appliances.add(paired(`site-${String(count)}`));

    await expect(appliances.assertRoom("https://more.example:8443")).rejects.toMatchObject({
      code: "too_many_appliances",
    });
    await appliances.assertRoom("https://site-7.example:8443");
  });

  test("have no room on a computer without a key store", async () => {
    const appliances = await open(memoryFile(null, false));

    await expect(appliances.assertRoom("https://berlin.example:8443")).rejects.toMatchObject({
      code: "no_key_store",
    });
  });

  test.each([
    ["no JSON", "{"],
    ["something else", '{"appliances":7}'],
    ["nothing", ""],
  ])("are none where the file holds %s", async (_what, text) => {
    expect((await open(memoryFile(text))).list()).toEqual([]);
  });
});

function open(file: SealedFile = memoryFile()): Promise<PairedAppliances> {
  return PairedAppliances.open(file, seededRandom(8));
}

function paired(name: string): Parameters<PairedAppliances["add"]>[0] {
  return {
    name,
    address: `https://${name.toLowerCase()}.example:8443`,
    anchor: { pem: "the certificate", fingerprint },
    apiKey: new Secret(`ac_live_of_${name}`),
  };
}
