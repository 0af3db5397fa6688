import {
  expectRequest,
  expectRequestKept,
  pause,
  respond,
  respondKept,
  type Scenario,
  sdp,
} from "./scenario.ts";

// What a carrier says to a call of ours, each in a scenario of its own.

const offered = "m=audio [0-9]+ RTP/AVP 0 8";
const challenge = 'Proxy-Authenticate: Digest realm="carrier", nonce="n", qop="auth"';

const talked = [
  respond("180 Ringing", { makesDialog: true }),
  pause(100),
  respond("200 OK", { makesDialog: true, sdp: sdp() }),
  expectRequest("ACK"),
  expectRequest("BYE", "Q.850;cause=16"),
  respond("200 OK"),
];

export const answeringCallee: Scenario = {
  name: "a callee that answers",
  steps: [expectRequest("INVITE", offered), ...talked],
};

export const busyCallee: Scenario = {
  name: "a callee that is busy",
  steps: [
    expectRequest("INVITE", offered),
    respond("486 Busy Here", { makesDialog: true }),
    expectRequest("ACK"),
  ],
};

export const challengingCarrier: Scenario = {
  name: "a carrier that challenges",
  steps: [
    expectRequest("INVITE"),
    respond("407 Proxy Authentication Required", { makesDialog: true, headers: [challenge] }),
    expectRequest("ACK"),
    expectRequest("INVITE", 'Proxy-Authorization: Digest username="alice"'),
    ...talked,
  ],
};

export const silentCallee: Scenario = {
  name: "a callee that nobody hears",
  steps: [
    expectRequestKept("INVITE"),
    respondKept("180 Ringing", [], { makesDialog: true }),
    expectRequest("CANCEL"),
    respond("200 OK"),
    respondKept("487 Request Terminated", [], { makesDialog: true }),
    expectRequest("ACK"),
  ],
};
