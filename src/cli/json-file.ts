import { readFileSync } from 'node:fs';
import { Refusal } from '../domain/refusal.ts';

const standardInput = 0;

/** Reads a JSON file; `-` is standard input. Refuses with `not_found` or `invalid_json`. */
export function readJsonFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path === '-' ? standardInput : path, 'utf8');
  } catch (error) {
    throw new Refusal('not_found', `cannot read ${path}: ${messageOf(error).replace(/, [a-z]+.*/, '')}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Refusal('invalid_json', `${path} is not valid JSON: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
}
