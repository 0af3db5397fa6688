import { setFlagsFromString } from "node:v8";
import { systemClock, systemRandom } from "@agentcall/base";
import { WebSocket } from "ws";
import { BareControl } from "./bare-control.ts";
import { BarePlayout } from "./bare-playout.ts";
import { type BareSockets, openSockets } from "./bare-sockets.ts";
import type { CallOrder } from "./messages.ts";
import { sessionUpdate, truncate } from "./session-frames.ts";
import { SlottedPacer } from "./slotted-pacer.ts";

// The bare loop: what the same sockets and the same messages cost with no product around them.
// It takes the cheap choices that the product is free to take too: one pacer, connected UDP
// sockets, reused packets, 40 ms appends sent as Buffers, no deflate, no second UTF-8 check.
// It checks nothing, orders nothing, records nothing, and stops for no caller. The texts that it
// sends (RTCP, truncations, the control link) are made once and say nothing of a call.

const headerBytes = 12;
const frameBytes = 160; // 20 ms of G.711
const pieceBytes = 2 * frameBytes;
const framesOfReport = 250; // a report each 5 s
const reportBytes = 80; // a sender report with one block, and a description
const appendHead = Buffer.from('{"type":"input_audio_buffer.append","audio":"');
const appendTail = Buffer.from('"}');
const deltaType = Buffer.from('"response.output_audio.delta"');
const wordType = Buffer.from('"response.output_audio_transcript.delta"');
const turnType = Buffer.from('"response.output_audio_transcript.done"');
const interruptType = Buffer.from('"input_audio_buffer.speech_started"');
const headOfFrame = 320; // the type and the delta's beginning stand in it

setFlagsFromString("--heap-growing-percent=300"); // as the gateway does: it has nothing to do with the product

const clock = systemClock();
const random = systemRandom();
const pacer = new SlottedPacer(clock);
const control = new BareControl(process.env["AGENTCALL_CONTROL_URL"] ?? "");

process.on("message", (message: { readonly order?: CallOrder }) => {
  if (message.order !== undefined) openCall(message.order);
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
process.send?.({ event: "ready" });

function openCall(order: CallOrder): void {
  openSockets(order.phonePort, (sockets) => {
    connectModel(order, sockets, () => {
      process.send?.({ opened: { call: order.call, rtpPort: sockets.rtpPort } });
    });
  });
}

function connectModel(order: CallOrder, sockets: BareSockets, opened: () => void): void {
  const peer = new WebSocket(`${order.realtimeUrl}?model=bench`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    headers: { authorization: `Bearer ${order.apiKey}` },
  });
  const playout = new BarePlayout();
  peer.on("open", () => {
    peer.send(sessionUpdate);
    peer.send('{"type":"response.create"}');
    appendWhatIsHeard(sockets, peer);
    sendWhatIsPlayed(sockets, playout, order.phonePort);
    opened();
  });
  peer.on("message", (data: Buffer) => {
    takeEvent(data, playout, peer);
  });
  peer.on("error", (error) => {
    process.stderr.write(`bare loop: ${error.message}\n`);
  });
}

function takeEvent(data: Buffer, playout: BarePlayout, peer: WebSocket): void {
  const head = data.subarray(0, headOfFrame);
  if (head.includes(deltaType)) playout.take(data, head);
  else if (head.includes(wordType)) control.word();
  else if (head.includes(turnType)) control.turn();
  else if (head.includes(interruptType)) {
    playout.clear();
    peer.send(truncate);
  }
}

function appendWhatIsHeard({ rtp }: BareSockets, peer: WebSocket): void {
  const piece = Buffer.alloc(pieceBytes);
  const base64Bytes = Math.ceil(pieceBytes / 3) * 4;
  let filled = 0;
  rtp.on("message", (packet) => {
    packet.copy(piece, filled, headerBytes, headerBytes + frameBytes);
    filled += frameBytes;
    if (filled < pieceBytes) return;
    filled = 0;
    const frame = Buffer.allocUnsafe(appendHead.length + base64Bytes + appendTail.length);
    appendHead.copy(frame);
    frame.write(piece.toString("base64"), appendHead.length, "latin1");
    appendTail.copy(frame, appendHead.length + base64Bytes);
    peer.send(frame, textFrame);
  });
}

const textFrame = { binary: false };

function sendWhatIsPlayed(sockets: BareSockets, playout: BarePlayout, phonePort: number): void {
  const { rtp, rtcp } = sockets;
  const packet = Buffer.alloc(headerBytes + frameBytes);
  const report = Buffer.alloc(reportBytes);
  packet[0] = 0x80; // version 2; payload type 0
  let sequenceNumber = random.below(0x1_0000);
  let timestamp = random.below(0x1_0000_0000);
  let framesUntilReport = random.below(framesOfReport);
  packet.writeUInt32BE(random.below(0x1_0000_0000), 8);
  pacer.add(() => {
    packet.writeUInt16BE(sequenceNumber, 2);
    packet.writeUInt32BE(timestamp, 4);
    sequenceNumber = (sequenceNumber + 1) & 0xffff;
    timestamp = (timestamp + frameBytes) >>> 0;
    playout.pull(packet, headerBytes, frameBytes);
    rtp.send(packet);
    if (framesUntilReport > 0) framesUntilReport -= 1;
    else {
      framesUntilReport = framesOfReport;
      rtcp.send(report, phonePort + 1, "127.0.0.1");
    }
  });
}
