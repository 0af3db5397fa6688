import {
  answered,
  expect,
  expectKeeping,
  expectRequest,
  expectRequestKept,
  hungUp,
  maybe,
  pause,
  reinvited,
  respond,
  respondKept,
  type Scenario,
  sdp,
  send,
  type Step,
} from "./scenario.ts";

// What a carrier does beyond the plain call, each in a scenario of its own that takes less than a
// second. Patterns are what our side must say.

const events = (payloadType: number): string =>
  `a=rtpmap:${String(payloadType)} telephone-event/8000`;
const timer = (refresher: string, secs = 90): readonly string[] => [
  "Supported: timer",
  `Session-Expires: ${String(secs)};refresher=${refresher}`,
];

/** A plain call around one description of the caller's. */
function described(name: string, offer: readonly string[], pattern: string): Scenario {
  return { name, steps: [...answered({ sdp: offer, pattern }), pause(100), ...hungUp(2)] };
}

/** A plain call in which this description holds it, and the first one resumes it. */
function held(name: string, holding: readonly string[], pattern: string): Scenario {
  return {
    name,
    steps: [
      ...answered(),
      ...reinvited(2, holding, { pattern }),
      pause(100),
      ...reinvited(3, sdp({ version: 3 }), { pattern: "a=sendrecv" }),
      ...hungUp(4),
    ],
  };
}

function refused(name: string, status: number, message: Parameters<typeof send>[1]): Scenario {
  return {
    name,
    steps: [
      send("INVITE", { ...message, branch: "invite" }),
      maybe(100),
      expect(status),
      send("ACK", { cseq: 1, branch: "invite", inDialog: true }),
    ],
  };
}

/** Answered at once, ended by the caller. */
export const plainCalls: readonly Scenario[] = [
  described(
    "telephone-event on payload type 96",
    sdp({ payloads: "0 96", attributes: [events(96), "a=fmtp:96 0-16"] }),
    events(96),
  ),
  described(
    "no telephone-event",
    sdp({ payloads: "8", attributes: [] }),
    "m=audio [0-9]+ RTP/AVP 8\r",
  ),
  ...[10, 30, 40].map((ms) =>
    described(
      `frames of ${String(ms)} ms`,
      sdp({ attributes: [events(101), `a=ptime:${String(ms)}`] }),
      `a=ptime:${String(ms)}`,
    ),
  ),
  described("an offer to send only", sdp({ attributes: ["a=sendonly"] }), "a=recvonly"),
  held("a hold by inactive", sdp({ version: 2, attributes: ["a=inactive"] }), "a=inactive"),
  held("a hold by c=0.0.0.0", sdp({ version: 2, connection: "IN IP4 0.0.0.0" }), "a=recvonly"),
  {
    name: "a re-INVITE that puts another codec first keeps the one that is spoken",
    steps: [
      ...answered({ pattern: "RTP/AVP 0 " }),
      ...reinvited(2, sdp({ version: 2, payloads: "8 0 101" }), { pattern: "RTP/AVP 0 " }),
      ...hungUp(3),
    ],
  },
  {
    name: "a re-INVITE that leaves only the other codec changes to it",
    steps: [
      ...answered({ pattern: "RTP/AVP 0 " }),
      ...reinvited(2, sdp({ version: 2, payloads: "8 101" }), { pattern: "RTP/AVP 8 " }),
      pause(100),
      ...hungUp(3),
    ],
  },
  {
    name: "an INVITE without an offer, answered by the ACK",
    steps: [
      send("INVITE", { cseq: 1 }),
      maybe(100, 180),
      expect(200, "m=audio [0-9]+ RTP/AVP 0"),
      send("ACK", { cseq: 1, inDialog: true, sdp: sdp({ payloads: "0" }) }),
      pause(100),
      ...hungUp(2),
    ],
  },
  {
    name: "a re-INVITE without an offer, answered by the ACK",
    steps: [
      ...answered(),
      send("INVITE", { cseq: 2, inDialog: true }),
      maybe(100),
      expect(200, "m=audio [0-9]+ RTP/AVP 0"),
      send("ACK", { cseq: 2, inDialog: true, sdp: sdp({ version: 2, payloads: "0" }) }),
      ...hungUp(3),
    ],
  },
  {
    name: "reliable provisional responses are required, and get their PRACK",
    steps: [
      send("INVITE", { cseq: 1, headers: ["Require: 100rel"], sdp: sdp() }),
      maybe(100),
      expectKeeping(180, "RSeq", "rseq"),
      send("PRACK", { cseq: 2, inDialog: true, headers: ["RAck: [$rseq] 1 INVITE"] }),
      expect(200, "CSeq: 2 PRACK"),
      expect(200, "CSeq: 1 INVITE"),
      send("ACK", { cseq: 1, inDialog: true }),
      ...hungUp(3),
    ],
  },
  {
    name: "a CANCEL that crosses the 200 comes too late",
    steps: [
      send("INVITE", { cseq: 1, branch: "invite", sdp: sdp() }),
      maybe(100, 180),
      expect(200),
      send("CANCEL", { cseq: 1, branch: "invite" }),
      expect(200, "CSeq: 1 CANCEL"),
      send("ACK", { cseq: 1, inDialog: true }),
      ...hungUp(2),
    ],
  },
  {
    name: "a session that the caller refreshes",
    steps: [
      ...answered({ headers: timer("uac"), pattern: "Session-Expires: 90;refresher=uac" }),
      ...reinvited(2, sdp(), {
        headers: timer("uac"),
        pattern: "Session-Expires: 90;refresher=uac",
      }),
      ...hungUp(3),
    ],
  },
  {
    name: "a BYE behind the ACK at once",
    steps: [...answered(), ...hungUp(2)],
  },
];

/** sipp takes no response over TCP for a repeated one: there it is told to await it. */
export const lostAckOverTcp: Scenario = {
  name: "an answer whose ACK was lost comes again",
  steps: [
    send("INVITE", { cseq: 1, sdp: sdp() }),
    maybe(100, 180),
    expect(200),
    expect(200), // RFC 3261 section 13.3.1.4: over whichever transport
    send("ACK", { cseq: 1, inDialog: true }),
    ...hungUp(2),
  ],
};

/** Not taken. */
export const refusedCalls: readonly Scenario[] = [
  refused("an interval below the least one", 422, {
    cseq: 1,
    headers: timer("uac", 30),
    sdp: sdp(),
  }),
  refused("audio over IPv6, where ours is IPv4", 488, {
    cseq: 1,
    sdp: sdp({ connection: "IN IP6 2001:db8::1" }),
  }),
];

/** With an offer of IPv6, for a gateway whose audio is there. */
export const ipv6Call = described(
  "audio over IPv6",
  sdp({ connection: "IN IP6 ::1" }),
  "c=IN IP6 ::1",
);

/** Ended before the answer. */
export const earlyBye: Scenario = {
  name: "a BYE before the answer",
  steps: [
    send("INVITE", { cseq: 1, branch: "invite", sdp: sdp() }),
    maybe(100),
    expect(180),
    send("BYE", { cseq: 2, inDialog: true }),
    expect(487),
    // Both answers may come in one segment of TCP, and sipp sends nothing between the two.
    expect(200),
    send("ACK", { cseq: 1, branch: "invite", inDialog: true }),
  ],
};

/** A caller that sends no audio and says nothing more, until we hang up. */
export const vanishedCaller: Scenario = {
  name: "a caller that vanishes",
  steps: [...answered(), expectRequest("BYE", "Q.850;cause=41"), respond("200 OK")],
};

/** Calls that the session timer follows; time is moved as soon as the call stands. */
export const timedCalls = {
  refreshed: {
    name: "a session that we refresh",
    steps: [
      ...answered({ headers: timer("uas") }),
      expectRequest("INVITE", "Session-Expires: 90;refresher=uac"),
      respond("200 OK", { headers: ["Session-Expires: 90;refresher=uac"], sdp: sdp() }),
      expectRequest("ACK"),
      ...hungUp(2),
    ],
  },
  glare: {
    name: "an offer of the caller's that meets ours",
    steps: [
      ...answered({ headers: timer("uas") }),
      expectRequestKept("INVITE"),
      send("INVITE", {
        cseq: 2,
        branch: "glare",
        inDialog: true,
        isSentOnce: true,
        sdp: sdp({ version: 2 }),
      }),
      maybe(100),
      expect(491),
      send("ACK", { cseq: 2, branch: "glare", inDialog: true }),
      respondKept("200 OK", sdp()),
      expectRequest("ACK"),
      ...hungUp(3),
    ],
  },
  refusedRefresh: {
    name: "a caller that has forgotten the call",
    steps: [
      ...answered({ headers: timer("uas") }),
      expectRequest("INVITE"),
      respond("481 Call/Transaction Does Not Exist"),
      expectRequest("ACK"),
      expectRequest("BYE", "Session timer expired"),
      respond("200 OK"),
    ],
  },
  notRefreshed: {
    name: "a caller that was to refresh, and has not",
    steps: [
      ...answered({ headers: timer("uac") }),
      expectRequest("BYE", "Session timer expired"),
      respond("200 OK"),
    ],
  },
  lostBye: {
    name: "a caller that is gone without a BYE",
    steps: [...answered({ headers: timer("uas") })],
  },
} as const satisfies Readonly<Record<string, Scenario>>;

/** What became of a REFER (RFC 3515 section 2.4.5). */
function told(cseq: number, line: string, state: string): readonly Step[] {
  return [
    send("NOTIFY", {
      cseq,
      inDialog: true,
      headers: ["Event: refer", `Subscription-State: ${state}`],
      contentType: "message/sipfrag;version=2.0",
      sdp: [line],
    }),
    expect(200, `CSeq: ${String(cseq)} NOTIFY`),
  ];
}

/** Calls that are handed over by REFER. */
export const referredCalls = {
  accepted: {
    name: "a REFER that is taken, with NOTIFYs until the other party has answered",
    steps: [
      ...answered(),
      expectRequest("REFER", "Refer-To: <sip:desk@"),
      respond("202 Accepted"),
      ...told(2, "SIP/2.0 100 Trying", "active;expires=60"),
      ...told(3, "SIP/2.0 200 OK", "terminated;reason=noresource"),
      expectRequest("BYE"),
      respond("200 OK"),
    ],
  },
  refused: {
    name: "a REFER that is refused",
    steps: [
      ...answered(),
      expectRequest("REFER"),
      respond("603 Decline"),
      expectRequest("BYE"),
      respond("200 OK"),
    ],
  },
  failed: {
    name: "a REFER that is taken, and whose party does not answer",
    steps: [
      ...answered(),
      expectRequest("REFER"),
      respond("202 Accepted"),
      ...told(2, "SIP/2.0 486 Busy Here", "terminated;reason=noresource"),
      expectRequest("BYE"),
      respond("200 OK"),
    ],
  },
  silent: {
    name: "a REFER that is taken, and of which nothing is told",
    steps: [
      ...answered(),
      expectRequest("REFER"),
      respond("202 Accepted"),
      expectRequest("BYE"),
      respond("200 OK"),
    ],
  },
} as const satisfies Readonly<Record<string, Scenario>>;
