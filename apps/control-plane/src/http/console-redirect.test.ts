import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { OpenApp } from "../testing/open-app.ts";

let house: OpenApp;

beforeEach(async () => {
  house = await OpenApp.open();
});
afterEach(async () => {
  await house.close();
});

describe("the way to the console", () => {
  test.each(["/console", "/console/"])("%s leads to its page", async (path) => {
    const answer = await house.ask("GET", path, { as: null });

    expect(answer.statusCode).toBe(302);
    expect(answer.headers.location).toBe("http://127.0.0.1:8081/console/");
  });
});
