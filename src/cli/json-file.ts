import { readFileSync } from 'node:fs';
import { Refusal } from '../domain/refusal.ts';

const standardInput = 0;

/** Reads a file; `-` is standard input. Refuses with `not_found`. */
export function readBytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path === '-' ? standardInput : path);
  } catch (error) {
    throw new Refusal('not_found', `cannot read ${path}: ${messageOf(error).replace(/, [a-z]+.*/, '')}`);
  }
}

/** Reads a JSON file; `-` is standard input. Refuses with `not_found` or `invalid_json`. */
export function readJsonFile(path: string): unknown {
  const text = new TextDecoder().decode(readBytesOf(path));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal('invalid_json', `${path} is not valid JSON: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
}
