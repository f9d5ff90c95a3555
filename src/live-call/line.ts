/**
 * Port to the caller's side of a call: Twilio's media socket, or the browser's test call. All audio is mu-law, 8 kHz, mono.
 * Every method is synchronous and never throws; a line that cannot take more reports it and is closed by its owner.
 */
export interface Line {
  readonly kind: "twilio" | "browser";
  /**
   * Queues audio behind what was sent before, and behind it a mark: the peer reports it back (`Call.onMark`) when
   * playback has reached this point, or when a clear flushed it. `payload` is base64 of n × 160 bytes (n × 20 ms).
   * False when the peer no longer takes data: the call falls back (V16).
   */
  sendMedia(payload: string, mark: string): boolean;
  /** Drops everything the peer has buffered; it then returns all pending marks. */
  clear(): boolean;
  /** Bytes that the socket holds because the peer reads slowly. */
  bufferedBytes(): number;
  /** Ends the stream, not the phone call: the provider then asks for the next instructions. */
  close(): void;
}
