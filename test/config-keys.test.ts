import { expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { keyVariables } from '../src/domain/feeds/key-access.ts';

it.each(keyVariables)('%s is read where it is set, and an empty one counts as unset', (variable) => {
  expect([...readConfig({ [variable]: 'sk-1' }).vendorKeys]).toEqual([[variable, 'sk-1']]);
  expect([...readConfig({ [variable]: '' }).vendorKeys]).toEqual([]);
});

it.each(['sk with a space', 'sk-1\nx-evil: 1', 'sk-\u00e9', 'x'.repeat(501)])(
  'a key that no header could carry is refused without being repeated: %j',
  (key) => {
    expect(() => readConfig({ OPENAI_API_KEY: key })).toThrow(/OPENAI_API_KEY: a key of printable characters/);
    expect(() => readConfig({ OPENAI_API_KEY: key })).not.toThrow(key.slice(0, 6));
  },
);
