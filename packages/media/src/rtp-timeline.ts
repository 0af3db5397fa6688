const samplesPerMs = 8;
/** A packet may seem to come so much too early before the line is moved: half of what is promised. */
const toleranceSamples = 10 * samplesPerMs;
const jumpSamples = 1_000 * samplesPerMs; // no path keeps a packet so long that it is still of use
const persistsSamples = 200 * samplesPerMs; // what a stalled path had kept comes at once; a new time base stays
const windowSamples = 4_000 * samplesPerMs; // at 100 ppm two clocks part by 0.4 ms meanwhile
const windowPacketsMin = 25; // fewer may all have been late

/**
 * Says where on our own time a packet's audio belongs, by its RTP timestamp, within 20 ms however
 * long the stream lasts. Positions and times are in samples of our clock, from any zero.
 *
 * Timestamps place packets against each other; when they arrive places them against our clock. No
 * packet comes before it was sent, so the one that was least delayed tells where the line is: one
 * that comes too early moves it at once, and where all come too late for some seconds, for the
 * sender's clock is slow or the path became longer, it is moved behind them.
 */
export class RtpTimeline {
  #ssrc: number | null = null;
  #timestamp = 0;
  /** Where the audio of `#timestamp` belongs. */
  #position = 0;
  #windowEndsAt = 0;
  #windowPackets = 0;
  #leastLag = Number.POSITIVE_INFINITY;
  #farSince: number | null = null;

  /** The position of a packet that came at a whole number of samples; null where it belongs nowhere, because it comes far too late. */
  place(ssrc: number, timestamp: number, arrivedAt: number): number | null {
    if (ssrc !== this.#ssrc) return this.#begin(ssrc, timestamp, arrivedAt);
    const position = this.#position + ((timestamp - this.#timestamp) | 0); // 32 bits: right across the wrap
    const lag = arrivedAt - position;
    if (lag < -jumpSamples) return this.#begin(ssrc, timestamp, arrivedAt);
    if (lag > jumpSamples) return this.#farBehind(ssrc, timestamp, arrivedAt);
    this.#farSince = null;
    this.#timestamp = timestamp;
    this.#position = lag < -toleranceSamples ? this.#moveTo(position + lag, arrivedAt) : position;
    this.#watch(arrivedAt);
    return this.#position;
  }

  /** The sender paused, and may go on at any timestamp. */
  restart(): void {
    this.#ssrc = null;
  }

  #begin(ssrc: number, timestamp: number, arrivedAt: number): number {
    this.#ssrc = ssrc;
    this.#timestamp = timestamp;
    this.#position = this.#moveTo(arrivedAt, arrivedAt);
    this.#farSince = null;
    return this.#position;
  }

  /** Late beyond use, or the sender's clock was set: then it stays so. */
  #farBehind(ssrc: number, timestamp: number, arrivedAt: number): number | null {
    this.#farSince ??= arrivedAt;
    if (arrivedAt - this.#farSince < persistsSamples) return null;
    return this.#begin(ssrc, timestamp, arrivedAt);
  }

  #watch(arrivedAt: number): void {
    this.#windowPackets += 1;
    this.#leastLag = Math.min(this.#leastLag, arrivedAt - this.#position);
    if (arrivedAt < this.#windowEndsAt || this.#windowPackets < windowPacketsMin) return;
    const late = this.#leastLag > toleranceSamples ? this.#leastLag : 0;
    this.#position = this.#moveTo(this.#position + late, arrivedAt);
  }

  /** What was watched until now says nothing of the line as it lies from now on. */
  #moveTo(position: number, arrivedAt: number): number {
    this.#windowEndsAt = arrivedAt + windowSamples;
    this.#windowPackets = 0;
    this.#leastLag = Number.POSITIVE_INFINITY;
    return position;
  }
}
