import type { ContactView } from "@agentcall/contract";
import { describe, expect, test } from "vitest";
import { contactsLike, wholeNumberIn } from "./contact-list.ts";

const ada = aContact({ phone: "+14155550142", displayName: "Ada Lovelace", tags: ["VIP"] });
const nobody = aContact({ phone: "+493012345678", displayName: null });

describe("the list of contacts", () => {
  test.each([
    ["a part of a name in any case", "lovel", [ada]],
    ["a tag", "vip", [ada]],
    ["the digits that one remembers", "415 555", [ada]],
    ["nothing", "  ", [ada, nobody]],
    ["what nobody has", "Babbage", []],
  ])("is filtered by %s", (_, filter, found) => {
    expect(contactsLike([ada, nobody], filter)).toEqual(found);
  });
});

describe("a whole number", () => {
  test.each([
    ["+1 (415) 555-0142", "+14155550142"],
    ["+49 30 12345678", "+493012345678"],
    ["415 555", null],
    ["+1415", null],
    ["Ada", null],
  ])("in %s is %s", (filter, number) => {
    expect(wholeNumberIn(filter)).toBe(number);
  });
});

function aContact(part: Partial<ContactView>): ContactView {
  return {
    id: "contact_1",
    phone: "+14155550142",
    displayName: null,
    tags: [],
    ownerNotes: null,
    verified: false,
    blockedAt: null,
    createdAt: "2026-11-25T12:00:00.000Z",
    updatedAt: "2026-11-25T12:00:00.000Z",
    ...part,
  };
}
