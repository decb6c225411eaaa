import { describe, expect, it } from 'vitest';
import { parseNpmSdk } from '../../../../src/domain/feeds/adapters/npm-sdk.ts';
import { scanUnions } from '../../../../src/domain/feeds/adapters/type-unions.ts';
import { readExpected, readGolden, toBytes } from './payloads.ts';

function pack(text: string, name = '@anthropic-ai/sdk') {
  return toBytes({ package: name, version: '1.0.0', published_at: null, files: [{ path: 'messages.d.ts', text }] });
}

function readNames(text: string) {
  return parseNpmSdk(pack(text)).items.map((item) => item.name);
}

describe('the SDK parser', () => {
  it('matches its golden payload exactly', () => {
    expect(parseNpmSdk(readGolden('npm-sdk.payload.json'))).toEqual(readExpected('npm-sdk.json'));
  });

  it.each([
    ['one line', "export type Model = 'a' | 'b' | (string & {});"],
    ['a leading bar on several lines', "export type Model =\n  | 'a'\n  | 'b'\n  | (string & {});"],
    ['double quotes and no spaces', 'declare type Model="a"|"b"|string;'],
    ['comments between the members', "type Model = /* 'x' */ 'a' // 'y' | 'z';\n | 'b';"],
    ['a reference to another union', "type Model = 'a' | Older; type Older = 'b' | Model;"],
    ['a qualified reference', "type Model = 'a' | API.Shared.Older; type Older = 'b';"],
    ['a missing semicolon at the end', "type Model = 'a' | 'b'"],
    ['a namespace around it', "declare namespace N { type Model = 'a' | 'b' } type Other = 'c';"],
    ['an apostrophe in a comment before it', "/** Don't use 'c'. */ export type Model = 'a' | 'b';"],
    ['a template literal before it', "const t = `type Model = 'c';`; type Model = 'a' | 'b';"],
  ])('finds the members in a union with %s', (_name, text) => {
    expect(readNames(text)).toEqual(['a', 'b']);
  });

  it('ignores strings outside the model unions', () => {
    expect(readNames("type Effort = 'low' | 'high'; type Model = 'a'; interface P { model: 'c' }")).toEqual(['a']);
  });

  it('states no stage, which follows from the id', () => {
    const { items } = parseNpmSdk(pack("type Model = 'claude-mythos-5' | 'claude-opus-5';"));
    expect(items.map((item) => [item.name, item.host, item.stage])).toEqual([
      ['claude-mythos-5', 'anthropic', undefined],
      ['claude-opus-5', 'anthropic', undefined],
    ]);
  });

  it('never states a date', () => {
    const { items } = parseNpmSdk(pack("type Model = 'claude-opus-4-5-20251101';"));
    expect(items[0]).not.toHaveProperty('released');
    expect(items[0]).not.toHaveProperty('publishedAt');
  });

  it.each([
    ['a package that is not in the table', pack("type Model = 'a';", 'left-pad'), /unknown package "left-pad"/],
    ['a package without the union', pack("type Effort = 'low';"), /no member of Model/],
    ['a union that is open to any string and names none', pack('type Model = string;'), /no member of Model/],
    ['a union in an unterminated comment', pack("/* type Model = 'a';"), /no member of Model/],
    ['a payload without files', toBytes({ package: 'openai', version: '1' }), /another shape/],
    ['a file without text', toBytes({ package: 'openai', version: '1', files: [{ path: 'x' }] }), /another shape/],
    ['an HTML page', toBytes('<html>'), /HTML/],
  ])('rejects %s', (_name, bytes, detail) => {
    expect(() => parseNpmSdk(bytes)).toThrow(expect.objectContaining({ code: 'feed_unparsable' }));
    expect(() => parseNpmSdk(bytes)).toThrow(detail);
  });

  it('loses a member with a NUL in it', () => {
    const parsed = parseNpmSdk(pack("type Model = 'a\u0000' | 'b';"));
    expect(parsed.items.map((item) => item.name)).toEqual(['b']);
    expect(parsed.lost).toHaveLength(1);
  });
});

describe('the union scanner', () => {
  it('reports the parts that it does not read', () => {
    const [found] = scanUnions("type Model = 'a' | Array<'b' | 'c'> | keyof T;");
    expect(found).toEqual({ name: 'Model', members: ['a'], references: [], unread: ['Array<b|c>', 'keyofT'] });
  });

  it('takes linear time for adversarial sources', () => {
    const parts = ['/*', "'\\", '`', 'type A = ', "'a' | ", '(', "type A = '"];
    const scan = (size: number): number => {
      const sources = parts.map((part) => part.repeat(size));
      const times = [1, 2, 3].map(() => {
        const started = performance.now();
        for (const source of sources) scanUnions(source);
        return performance.now() - started;
      });
      return Math.min(...times);
    };
    // Ten times as much takes ten times as long, not a hundred times; what is between them is for a busy machine.
    expect(scan(200_000) / scan(20_000)).toBeLessThan(50);
  });

  it('follows reference chains of any length', () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => `type M${index} = M${index + 1};`).join('\n');
    expect(readNames(`type Model = M0;\n${chain}\ntype M20000 = 'end';`)).toEqual(['end']);
  });
});
