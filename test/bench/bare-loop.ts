import { createSocket, type Socket } from "node:dgram";
import { systemClock, systemRandom } from "@agentcall/base";
import { WebSocket } from "ws";
import type { CallOrder } from "./messages.ts";
import { sessionUpdate } from "./session-frames.ts";
import { SlottedPacer } from "./slotted-pacer.ts";

// The bare loop: what the same sockets and the same messages cost with no product around them.
// It takes the cheap choices that the product is free to take too: one pacer, connected UDP
// sockets, reused packets, 40 ms appends sent as Buffers, no deflate, no second UTF-8 check.
// It checks nothing, orders nothing, records nothing, and stops for no caller.

const headerBytes = 12;
const frameBytes = 160; // 20 ms of G.711
const pieceBytes = 2 * frameBytes;
const queueBytes = 65_536; // longer than the answers of the bench, and a power of two
const silenceByte = 0xff;
const appendHead = Buffer.from('{"type":"input_audio_buffer.append","audio":"');
const appendTail = Buffer.from('"}');
const deltaType = Buffer.from('"response.output_audio.delta"');
const deltaKey = Buffer.from('"delta":"');
const interruptType = Buffer.from('"input_audio_buffer.speech_started"');
const headOfFrame = 320; // the type and the delta's beginning stand in it

const clock = systemClock();
const random = systemRandom();
const pacer = new SlottedPacer(clock);

process.on("message", (message: { readonly order?: CallOrder }) => {
  if (message.order !== undefined) openCall(message.order);
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
process.send?.({ event: "ready" });

function openCall(order: CallOrder): void {
  const socket = createSocket("udp4");
  socket.on("error", () => undefined); // ICMP after a hang-up
  socket.bind(0, "127.0.0.1", () => {
    const rtpPort = socket.address().port;
    socket.connect(order.phonePort, "127.0.0.1", () => {
      connectModel(order, socket, () => process.send?.({ opened: { call: order.call, rtpPort } }));
    });
  });
}

function connectModel(order: CallOrder, socket: Socket, opened: () => void): void {
  const peer = new WebSocket(`${order.realtimeUrl}?model=bench`, {
    perMessageDeflate: false,
    skipUTF8Validation: true,
    headers: { authorization: `Bearer ${order.apiKey}` },
  });
  const playout = new Playout();
  peer.on("open", () => {
    peer.send(sessionUpdate);
    peer.send('{"type":"response.create"}');
    appendWhatIsHeard(socket, peer);
    sendWhatIsPlayed(socket, playout);
    opened();
  });
  peer.on("message", (data: Buffer) => {
    playout.take(data);
  });
  peer.on("error", (error) => {
    process.stderr.write(`bare loop: ${error.message}\n`);
  });
}

function appendWhatIsHeard(socket: Socket, peer: WebSocket): void {
  const piece = Buffer.alloc(pieceBytes);
  const base64Bytes = Math.ceil(pieceBytes / 3) * 4;
  let filled = 0;
  socket.on("message", (packet) => {
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

function sendWhatIsPlayed(socket: Socket, playout: Playout): void {
  const packet = Buffer.alloc(headerBytes + frameBytes);
  packet[0] = 0x80; // version 2; payload type 0
  let sequenceNumber = random.below(0x1_0000);
  let timestamp = random.below(0x1_0000_0000);
  packet.writeUInt32BE(random.below(0x1_0000_0000), 8);
  pacer.add(() => {
    packet.writeUInt16BE(sequenceNumber, 2);
    packet.writeUInt32BE(timestamp, 4);
    sequenceNumber = (sequenceNumber + 1) & 0xffff;
    timestamp = (timestamp + frameBytes) >>> 0;
    playout.pull(packet);
    socket.send(packet);
  });
}

/** A ring of bytes between the deltas and the packets. */
class Playout {
  readonly #ring = Buffer.alloc(queueBytes);
  #written = 0;
  #read = 0;

  take(data: Buffer): void {
    const head = data.subarray(0, headOfFrame);
    if (head.includes(deltaType)) this.#queue(data, head);
    else if (head.includes(interruptType)) this.#read = this.#written;
  }

  #queue(data: Buffer, head: Buffer): void {
    const from = head.indexOf(deltaKey) + deltaKey.length;
    const text = data.toString("latin1", from, data.indexOf(0x22, from));
    const at = this.#written % queueBytes;
    const bytes = Math.floor((text.length * 3) / 4) - (text.endsWith("=") ? 1 : 0);
    if (at + bytes <= queueBytes) {
      this.#written += this.#ring.write(text, at, bytes, "base64");
      return;
    }
    const audio = Buffer.from(text, "base64");
    audio.copy(this.#ring, at);
    audio.copy(this.#ring, 0, queueBytes - at);
    this.#written += audio.length;
  }

  pull(packet: Buffer): void {
    const frame = Math.min(frameBytes, this.#written - this.#read);
    const at = this.#read % queueBytes;
    const first = Math.min(frame, queueBytes - at);
    this.#ring.copy(packet, headerBytes, at, at + first);
    if (first < frame) this.#ring.copy(packet, headerBytes + first, 0, frame - first);
    if (frame < frameBytes) packet.fill(silenceByte, headerBytes + frame);
    this.#read += frame;
  }
}
