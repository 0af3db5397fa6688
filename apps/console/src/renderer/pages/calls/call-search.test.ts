import { describe, expect, test } from "vitest";
import {
  type CallSearch,
  callSearchSchema,
  filterOf,
  isCallerPartial,
  isFiltered,
} from "./call-search.ts";

const all: CallSearch = callSearchSchema.parse({});

describe("the filters of the calls", () => {
  test("ask for nothing where nothing is set, and drop what an address holds by mistake", () => {
    const wrong = callSearchSchema.parse({ status: "gone", since: "yesterday", direction: 3 });

    expect([filterOf(all), filterOf(wrong)]).toEqual([{}, {}]);
    expect([isFiltered(all), isFiltered({ ...all, status: "busy" })]).toEqual([false, true]);
  });

  test.each(["+14155550142", "+1 (415) 555-0142", "0014155550142", "1 415 555 0142"])(
    "find the caller written as %s",
    (caller) => {
      expect(filterOf({ ...all, caller })).toEqual({ from: "+14155550142" });
    },
  );

  test("a number that is not whole yet filters nothing, and is told", () => {
    const search = { ...all, caller: "+1 415" };

    expect(filterOf(search)).toEqual({});
    expect(isCallerPartial(search)).toBe(true);
    expect(isCallerPartial(all)).toBe(false);
  });

  test("days are whole days of the reader's calendar, the last one included", () => {
    const { since, until } = filterOf({ ...all, since: "2026-11-24", until: "2026-11-24" });

    expect(since).toBe(new Date(2026, 10, 24).toISOString());
    expect(until).toBe(new Date(2026, 10, 25).toISOString());
  });
});
