import { z } from 'zod';

/** The forms that values of environment variables have. No message repeats a value. */

export function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,6}$/, { error: message, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

export function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, `must be ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`);
}

export function trueOrFalse() {
  return oneOf(['true', 'false']).transform((text) => text === 'true');
}

export function postgresUrl() {
  return z.string().regex(/^postgres(ql)?:\/\//, 'must start with postgres:// or postgresql://');
}

/** An address without credentials. */
export function webUrl() {
  return z.string().refine(isWebUrl, 'must be an http or https URL without credentials');
}

function isWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return (protocol === 'http:' || protocol === 'https:') && username === '' && password === '';
}

/** Any value that a header can carry. The message does not repeat it. */
export function headerText() {
  const rule = 'must consist of at most 500 printable ASCII characters without spaces';
  return z.string().regex(/^[\x21-\x7e]{1,500}$/, rule);
}
