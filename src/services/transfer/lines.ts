import { refuseLine } from '../../domain/transfer/format.ts';

export type Line = {
  /** From 1 on. */
  readonly number: number;
  readonly text: string;
  /** As it came, its end included. */
  readonly bytes: Uint8Array;
};

const newline = 0x0a;

/** Cuts a stream of bytes into lines. Refuses a line of more than `bytesMax` bytes and one that is not UTF-8. */
export async function* readLines(source: AsyncIterable<Uint8Array>, bytesMax: number): AsyncGenerator<Line> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let number = 0;
  const hold = (part: Uint8Array): void => {
    heldBytes += part.length;
    if (heldBytes > bytesMax) throw refuseLine(number + 1, `longer than ${bytesMax} bytes`);
    if (part.length > 0) held.push(part);
  };
  const take = (): Line => {
    number += 1;
    const [only] = held;
    const bytes = held.length === 1 && only !== undefined ? only : Buffer.concat(held);
    held = [];
    heldBytes = 0;
    return { number, bytes, text: decode(bytes, number) };
  };
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      hold(chunk.subarray(start, end + 1));
      yield take();
      start = end + 1;
    }
    hold(chunk.subarray(start));
  }
  if (heldBytes > 0) yield take();
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(bytes: Uint8Array, number: number): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw refuseLine(number, 'not UTF-8');
  }
}
