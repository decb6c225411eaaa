import { readFileSync } from 'node:fs';

const goldens = new URL('../../../golden/feeds/', import.meta.url);

/** A golden file's bytes. */
export function readGolden(name: string): Uint8Array {
  return readFileSync(new URL(name, goldens));
}

/** A golden file that holds what a parser must make of its payload. */
export function readExpected(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, goldens), 'utf8'));
}

/** A text, or a value as JSON, as the bytes that a publisher would serve. */
export function toBytes(payload: unknown): Uint8Array {
  return new TextEncoder().encode(typeof payload === 'string' ? payload : JSON.stringify(payload));
}
