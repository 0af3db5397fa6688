/** A sipp scenario, made of steps. Each step is a piece of sipp's own XML. */
export type Scenario = { readonly name: string; readonly steps: readonly Step[] };
export type Step = { readonly xml: string; readonly variable?: string };

type Message = {
  readonly cseq: number;
  /** The method in its CSeq, where it is not its own. */
  readonly of?: string;
  /** Names the transaction where another message has to name it, too. */
  readonly branch?: string;
  readonly inDialog?: boolean;
  readonly headers?: readonly string[];
  readonly sdp?: readonly string[];
  /** Of the body, where it is no session description. */
  readonly contentType?: string;
  /** Sent once: nothing that answers it would stop the repetitions. */
  readonly isSentOnce?: boolean;
  /** A response outside of any dialog, which needs a tag of ours. */
  readonly makesDialog?: boolean;
};

type Description = {
  readonly version?: number;
  readonly connection?: string;
  /** Payload types, and what stands behind the m-line. */
  readonly payloads?: string;
  readonly attributes?: readonly string[];
};

/** The scenario as the file that sipp reads. */
export function scenarioXml({ name, steps }: Scenario): string {
  const variables = steps.flatMap(({ variable }) => variable ?? []).join(",");
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<scenario name="${name}">`,
    ...steps.map(({ xml }) => xml),
    ...(variables === "" ? [] : [`<Reference variables="${variables}" />`]),
    "</scenario>",
  ].join("\n");
}

/** A session description of G.711 with telephone-event on 101, where nothing else is said. */
export function sdp({ version = 1, ...said }: Description = {}): readonly string[] {
  return [
    "v=0",
    `o=sipp 53655765 ${String(version)} IN IP[local_ip_type] [local_ip]`,
    "s=-",
    `c=${said.connection ?? "IN IP[media_ip_type] [media_ip]"}`,
    "t=0 0",
    `m=audio [media_port] RTP/AVP ${said.payloads ?? "0 8 101"}`,
    "a=rtpmap:0 PCMU/8000",
    "a=rtpmap:8 PCMA/8000",
    ...(said.attributes ?? ["a=rtpmap:101 telephone-event/8000", "a=ptime:20"]),
  ];
}

/** A request of the caller's. Over UDP it is repeated until something comes. */
export function send(method: string, message: Message): Step {
  const { cseq, headers = [], sdp: body = [] } = message;
  const peerTag = message.inDialog === true ? "[peer_tag_param]" : "";
  const lines = [
    `${method} sip:[service]@[remote_ip]:[remote_port] SIP/2.0`,
    `Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=${branchOf(message.branch)}`,
    `From: "sipp" <sip:+14155550199@[local_ip]:[local_port]>;tag=[pid]SIPpTag[call_number]`,
    `To: <sip:[service]@[remote_ip]:[remote_port]>${peerTag}`,
    "Call-ID: [call_id]",
    `CSeq: ${String(cseq)} ${message.of ?? method}`,
    contactHeader,
    "Max-Forwards: 70",
    ...headers,
  ];
  const isRepeated = method !== "ACK" && message.isSentOnce !== true;
  return { xml: sendElement(withBody(lines, body, message.contentType), isRepeated) };
}

/** A response of the caller's to the last request that came. */
export function respond(
  status: string,
  {
    headers = [],
    sdp: body = [],
    makesDialog = false,
  }: Pick<Message, "headers" | "sdp" | "makesDialog"> = {},
): Step {
  const copied = answeredHeaders.map((header) =>
    withTag(`[last_${header}:]`, makesDialog && header === "To"),
  );
  const lines = [`SIP/2.0 ${status}`, ...copied, contactHeader, ...headers];
  return { xml: sendElement(withBody(lines, body), false) };
}

/** A response that must come, and hold what the pattern finds (POSIX extended, in the whole message). */
export function expect(status: number, pattern?: string): Step {
  return receive(`response="${String(status)}"`, pattern);
}

/** A request that must come. */
export function expectRequest(method: string, pattern?: string): Step {
  return receive(`request="${method}"`, pattern);
}

/** A response that must come, with the value of one of its headers kept as `[$name]`. */
export function expectKeeping(status: number, header: string, name: string): Step {
  const action = keeping(header, name);
  return { xml: `<recv response="${String(status)}"><action>${action}</action></recv>` };
}

/** A request that must come, and that may be answered later, when others have come in between. */
export function expectRequestKept(method: string): Step {
  const actions = answeredHeaders.map((header) => keeping(header, variableOf(header)));
  return { xml: `<recv request="${method}"><action>${actions.join("")}</action></recv>` };
}

/** The late answer to it. */
export function respondKept(
  status: string,
  body: readonly string[],
  { makesDialog = false }: Pick<Message, "makesDialog"> = {},
): Step {
  const copied = answeredHeaders.map((header) =>
    withTag(`${header}: [$${variableOf(header)}]`, makesDialog && header === "To"),
  );
  const lines = [`SIP/2.0 ${status}`, ...copied, contactHeader];
  return { xml: sendElement(withBody(lines, body), false) };
}

/** Responses that may come before what is awaited. */
export function maybe(...statuses: readonly number[]): Step {
  const elements = statuses.map(
    (status) => `<recv response="${String(status)}" optional="true" />`,
  );
  return { xml: elements.join("\n") };
}

export function pause(ms: number): Step {
  return { xml: `<pause milliseconds="${String(ms)}" />` };
}

/** A call that is answered and confirmed, with numbers up to 1. */
export function answered(
  more: Pick<Message, "headers" | "sdp"> & { readonly pattern?: string } = {},
): readonly Step[] {
  const { headers = [], sdp: body = sdp(), pattern } = more;
  return [
    send("INVITE", { cseq: 1, headers, sdp: body }),
    maybe(100, 180, 183),
    expect(200, pattern),
    send("ACK", { cseq: 1, inDialog: true }),
  ];
}

/** A re-INVITE that is accepted and confirmed. */
export function reinvited(
  cseq: number,
  body: readonly string[],
  more: { readonly headers?: readonly string[]; readonly pattern?: string } = {},
): readonly Step[] {
  const { headers = [], pattern } = more;
  return [
    send("INVITE", { cseq, inDialog: true, headers, sdp: body }),
    maybe(100),
    expect(200, pattern),
    send("ACK", { cseq, inDialog: true }),
  ];
}

/** The caller hangs up. */
export function hungUp(cseq: number): readonly Step[] {
  return [send("BYE", { cseq, inDialog: true }), expect(200)];
}

const contactHeader = "Contact: <sip:+14155550199@[local_ip]:[local_port];transport=[transport]>";
/** What a response takes from its request (RFC 3261 section 8.2.6.2). */
const answeredHeaders = ["Via", "From", "To", "Call-ID", "CSeq"] as const;

let variables = 0;

function receive(what: string, pattern: string | undefined): Step {
  if (pattern === undefined) return { xml: `<recv ${what} />` };
  variables += 1;
  const variable = `found${String(variables)}`;
  const action = `<ereg regexp="${escaped(pattern)}" search_in="msg" check_it="true" assign_to="${variable}" />`;
  return { xml: `<recv ${what}><action>${action}</action></recv>`, variable };
}

function keeping(header: string, name: string): string {
  return `<ereg regexp="[^ ].*" search_in="hdr" header="${header}:" check_it="true" assign_to="${name}" />`;
}

function withTag(line: string, isTagged: boolean): string {
  return isTagged ? `${line};tag=[pid]SIPpTag[call_number]` : line;
}

function variableOf(header: string): string {
  return `kept${header.replace("-", "")}`;
}

function branchOf(name: string | undefined): string {
  return name === undefined ? "[branch]" : `z9hG4bK-[pid]-[call_number]-${name}`;
}

function withBody(
  lines: readonly string[],
  body: readonly string[],
  contentType = "application/sdp",
): readonly string[] {
  if (body.length === 0) return [...lines, "Content-Length: 0", ""];
  return [...lines, `Content-Type: ${contentType}`, "Content-Length: [len]", "", ...body];
}

function sendElement(lines: readonly string[], isRepeated: boolean): string {
  const repeated = isRepeated ? ' retrans="500"' : "";
  return `<send${repeated}><![CDATA[\n\n${lines.join("\n")}\n\n]]></send>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
