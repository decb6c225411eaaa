import { describe, expect, it } from 'vitest';
import { extentOfEnd } from '../../../src/domain/evidence/ended-ids.ts';

describe('how much of a model has ended', () => {
  it.each([
    ['its only id', ['gpt-4.5-preview'], ['gpt-4.5-preview'], 'whole'],
    ['the name of a single snapshot', ['gpt-4.5-preview'], ['gpt-4.5-preview', 'gpt-4.5-preview-2025-02-27'], 'whole'],
    ['the single snapshot of a name', ['claude-opus-4-1-20250805'], ['claude-opus-4.1'], 'whole'],
    ['a snapshot listed elsewhere under a path', ['gpt-4o-2024-05-13'], ['openai/gpt-4o-2024-05-13:extended'], 'whole'],
    ['every snapshot of a name', ['gpt-4-0613', 'gpt-4-0314'], ['gpt-4', 'gpt-4-0613', 'gpt-4-0314'], 'whole'],
    ['a three-digit revision', ['gemini-2.0-flash'], ['gemini-2.0-flash', 'gemini-2.0-flash-001'], 'whole'],
    ['one snapshot of several', ['gpt-4o-2024-05-13'], ['gpt-4o', 'gpt-4o-2024-05-13', 'gpt-4o-2024-08-06'], 'part'],
    ['a snapshot next to one without an end', ['gpt-4-0314'], ['gpt-4', 'gpt-4-0613'], 'part'],
    ['the name of several snapshots', ['gpt-4'], ['gpt-4', 'gpt-4-0613', 'gpt-4-0314'], 'name'],
    ['a preview of a released model', ['gemini-2.5-pro-preview-03-25'], ['gemini-2.5-pro'], 'part'],
    ['a name that others write in another word order', ['claude-4-opus-20250514'], ['claude-opus-4'], 'part'],
    ['an unlisted model', ['claude-3-opus-20240229'], [], 'whole'],
  ])('%s', (_name, ended, known, extent) => {
    expect(extentOfEnd(ended, known)).toBe(extent);
  });
});
