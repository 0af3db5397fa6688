import { describe, expect, test } from "vitest";
import { greetingOf, plainGreeting } from "./greeting.ts";

describe("greetingOf", () => {
  test.each([
    ['Say exactly: "Good evening!"', "Good evening!"],
    ['In a "warm" voice say “Welcome to the Lion.”', "Welcome to the Lion."],
    ["Greet the caller with: Hello, Lion here.", "Hello, Lion here."],
    ['You are: a waiter.\n\nSay this now: Welcome to "The Lion".', 'Welcome to "The Lion".'],
    ["Be kind: always.\nGreet the caller.", plainGreeting],
    ["Greet the caller.", plainGreeting],
    ["", plainGreeting],
  ])("reads %j as %j", (instructions, said) => {
    expect(greetingOf(instructions)).toBe(said);
  });
});
