/**
 * A place in the event log: `<epoch>-<position>`, for example `k3v9x2m4-1041`. Positions are only comparable within an
 * epoch, because a restored database assigns positions that readers have already seen to new events.
 */
export type EventCursor = {
  /** Null if the reader did not send it. */
  readonly epoch: string | null;
  readonly position: number;
};

/** The maximum length of a cursor, in characters: an epoch, a hyphen and 15 digits. */
export const eventCursorCharactersMax = 32;

const cursorPattern = /^(?:([0-9a-z]{1,16})-)?(0|[1-9]\d{0,14})$/;

export function formatEventCursor(epoch: string, position: number): string {
  return `${epoch}-${position}`;
}

/** Reads a cursor, or a bare position without its epoch; null if the text is neither. */
export function parseEventCursor(text: string): EventCursor | null {
  const match = cursorPattern.exec(text);
  return match === null ? null : { epoch: match[1] ?? null, position: Number(match[2]) };
}
