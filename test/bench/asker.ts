import type { Secret } from "@agentcall/base";
import { applianceActor } from "../../apps/control-plane/src/audit/audit-log.ts";
import type { OpenApp } from "../../apps/control-plane/src/testing/open-app.ts";

const requestsPerKey = 90; // the API takes a hundred a minute of each key

/** Asks with one key after the other, so that the limit of none is met. */
export class Asker {
  readonly #house: OpenApp;
  #key: Secret | null = null;
  #asked = 0;

  constructor(house: OpenApp) {
    this.#house = house;
  }

  async get(url: string): Promise<unknown> {
    if (this.#key === null || this.#asked % requestsPerKey === 0) {
      this.#key = (await this.#house.apiKeys.create("viewer", null, applianceActor)).key;
    }
    this.#asked += 1;
    const headers = { authorization: `Bearer ${this.#key.reveal()}` };
    const answer = await this.#house.app.inject({ method: "GET", url, headers });
    if (answer.statusCode !== 200) throw new Error(`${url} answers ${String(answer.statusCode)}`);
    return answer.json();
  }
}
