import { refuseLine } from '../../domain/transfer/format.ts';

export type Line = {
  /** Starts at 1. */
  readonly number: number;
  readonly text: string;
  /** The bytes of the line, including the line break. */
  readonly bytes: Uint8Array;
};

const newline = 0x0a;

/** Splits a stream of bytes into lines. Refuses a line that has more than `bytesMax` bytes or is not UTF-8. */
export async function* readLines(source: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Line> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  let number = 0;
  const add = (part: Uint8Array): void => {
    pendingBytes += part.length;
    if (pendingBytes > bytesMax) throw refuseLine(number + 1, `must have at most ${bytesMax} bytes`);
    if (part.length > 0) pending.push(part);
  };
  const take = (): Line => {
    number += 1;
    const [only] = pending;
    const bytes = pending.length === 1 && only !== undefined ? only : Buffer.concat(pending);
    pending = [];
    pendingBytes = 0;
    return { number, bytes, text: decode(bytes, number) };
  };
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      add(chunk.subarray(start, end + 1));
      yield take();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (pendingBytes > 0) yield take();
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array, number: number): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw refuseLine(number, 'must be UTF-8');
  }
}
