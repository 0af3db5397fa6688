/** Hears both sides of a call where they pass: what was accepted of the caller's, and what was really sent. */
export type MediaTap = {
  /** A packet of the caller's audio, in whatever order they come. The bytes are its own only while it runs. */
  heard(
    ssrc: number,
    timestamp: number,
    packet: Uint8Array,
    offset: number,
    bytes: number,
    atMs: number,
  ): void;
  /** A frame has gone out that was due at this moment. */
  sent(dueMs: number, frame: Uint8Array, offset: number, bytes: number): void;
  /** Time has passed in which no frame went out. */
  notSent(samples: number): void;
  /** The caller's side holds no longer. */
  resumed(): void;
  /** A telephone event came from the caller's side; told with each of its packets. */
  keyPressed(atMs: number): void;
  /** Told several times a second. */
  tick(nowMs: number): void;
};
