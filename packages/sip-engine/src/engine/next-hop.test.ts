import { describe, expect, test } from "vitest";
import { hopOf, nextHop } from "./next-hop.ts";

describe("hopOf", () => {
  test.each<[string, string, string, number]>([
    ["sip:127.0.0.1:5070", "udp", "127.0.0.1", 5070],
    ["sip:127.0.0.1:5070;transport=tcp", "tcp", "127.0.0.1", 5070],
    ["sip:127.0.0.1:5071;transport=TLS", "tls", "127.0.0.1", 5071],
    ["sip:127.0.0.1;transport=tls", "tls", "127.0.0.1", 5061],
    ["sip:[::1]", "udp", "::1", 5060],
    ["sip:localhost", "udp", "127.0.0.1", 5060],
  ])("%s is reached over %s at %s:%i", (target, protocol, address, port) => {
    expect(hopOf(target, "sip:carrier.example")).toEqual({
      protocol,
      address,
      port,
      name: "carrier.example",
    });
  });

  test.each(["tel:+14155550100", "sip:", "sip:127.0.0.1;transport=sctp", "nothing"])(
    "%s cannot be reached",
    (target) => {
      expect(hopOf(target, target)).toBeNull();
    },
  );
});

describe("nextHop", () => {
  test("is the first route, whose parameters stand in its brackets", () => {
    const routes = ["<sip:127.0.0.2:5072;transport=tcp;lr>;x=y", "<sip:127.0.0.3;lr>"];

    expect(nextHop("sip:phone@127.0.0.1", routes)).toMatchObject({
      protocol: "tcp",
      address: "127.0.0.2",
      port: 5072,
    });
  });

  test("is the request's own URI where there is no route", () => {
    expect(nextHop("sip:phone@127.0.0.1:5073", [])).toMatchObject({ port: 5073 });
  });
});
