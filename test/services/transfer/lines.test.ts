import { expect, test } from 'vitest';
import { type Line, readLines } from '../../../src/services/transfer/lines.ts';

/** Cuts bytes into chunks of a size, and those into lines. */
async function linesOf(bytes: Buffer, chunkBytes: number, bytesMax = 100): Promise<Line[]> {
  async function* source() {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
  }
  const lines: Line[] = [];
  for await (const line of readLines(source(), bytesMax)) lines.push(line);
  return lines;
}

test.each([1, 2, 3, 5, 100])('lines are the same in chunks of %d bytes', async (size) => {
  const bytes = Buffer.from('a\n模é\n\nlast', 'utf8');
  const lines = await linesOf(bytes, size);
  expect(lines.map(({ number, text }) => [number, text])).toEqual([
    [1, 'a\n'],
    [2, '模é\n'],
    [3, '\n'],
    [4, 'last'],
  ]);
  expect(Buffer.concat(lines.map((line) => line.bytes)).equals(bytes)).toBe(true);
});

test('a line may have exactly the maximum length, including its end, and no more', async () => {
  expect(await linesOf(Buffer.from('1234567\n1234567\n'), 3, 8)).toHaveLength(2);
  await expect(linesOf(Buffer.from('1234567\n12345678\n'), 3, 8)).rejects.toThrow('line 2: must have at most 8 bytes');
  await expect(linesOf(Buffer.from('123456789'), 3, 8)).rejects.toThrow('line 1: must have at most 8 bytes');
});

test('invalid UTF-8 is rejected with the line number', async () => {
  await expect(linesOf(Buffer.from([0x61, 0x0a, 0xff, 0x0a]), 4)).rejects.toThrow('line 2: must be UTF-8');
});
