import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import type { FeedItem, FeedParser } from '../item.ts';
import { collectRows, type Row, readJsonObject, unparsable } from '../payload.ts';
import { scanUnions, type UnionDeclaration } from './type-unions.ts';

const expected =
  'the type declarations of a known SDK package: {package, version, published_at, files: [{path, text}]}';

/** A vendor's SDK, whose type declarations name the models of its API. */
type SdkPackage = {
  readonly vendor: string;
  /** The type aliases whose string members are model ids. */
  readonly unions: readonly string[];
};

/** The supported packages. Every member of a union is a model of the public API, unless the identity data marks it as limited. */
export const sdkPackages: ReadonlyMap<string, SdkPackage> = new Map([
  ['openai', { vendor: 'openai', unions: ['ChatModel', 'ResponsesModel', 'AllModels'] }],
  ['@anthropic-ai/sdk', { vendor: 'anthropic', unions: ['Model'] }],
]);

const sdkPayload = z.looseObject({
  package: z.string(),
  version: z.string(),
  files: z.array(z.looseObject({ path: z.string(), text: z.string() })),
});

/**
 * The members of the model unions in a vendor's SDK, from the `{package, version, published_at, files: [{path, text}]}`
 * that src/net/registry.ts produces. Members have no dates: a name can be added months after the release and remains
 * for years. Throws `Refusal('feed_unparsable')` for an unknown package, or if no union is found.
 */
export const parseNpmSdk: FeedParser = (bytes) => {
  const payload = sdkPayload.safeParse(readJsonObject(bytes, expected));
  if (!payload.success) throw unparsable('a JSON object of another shape', expected);
  const { package: name, version, files } = payload.data;
  const sdk = sdkPackages.get(name);
  if (sdk === undefined) throw unparsable(`the unknown package ${JSON.stringify(name.slice(0, 100))}`, expected);
  const declarations = indexUnions(files.map((file) => file.text));
  const members = listMembers(declarations, sdk.unions);
  if (members.every((member) => member.lost !== undefined)) {
    throw unparsable(`no member of ${sdk.unions.join(', ')} in ${name} ${version}`, expected);
  }
  return collectRows(
    members.map((member) => toRow(member, sdk, `${name}@${version}`)),
    expected,
  );
};

type Member = { readonly key: string; readonly union: string; readonly lost?: string };

/** The declarations in all files, by name. All are needed because one file can re-export what another declares. */
function indexUnions(sources: readonly string[]): Map<string, UnionDeclaration[]> {
  const index = new Map<string, UnionDeclaration[]>();
  for (const declaration of sources.flatMap((source) => scanUnions(source))) {
    const known = index.get(declaration.name);
    if (known === undefined) index.set(declaration.name, [declaration]);
    else known.push(declaration);
  }
  return index;
}

/** The distinct members of the unions and of the unions that they refer to. An unresolved reference is lost. */
function listMembers(index: ReadonlyMap<string, UnionDeclaration[]>, unions: readonly string[]): Member[] {
  const members = new Map<string, Member>();
  const wanted = new Set(unions);
  const add = (member: Member) => members.has(member.key) || members.set(member.key, member);
  // Iterating over a set visits names that are added meanwhile, each once. So references are followed, and cycles end.
  for (const union of wanted) {
    for (const declaration of index.get(union) ?? []) {
      for (const key of declaration.members) add({ key, union });
      for (const text of declaration.unread) add({ key: `${union}: ${text}`, union, lost: 'is not a string literal' });
      for (const name of declaration.references) {
        if (index.has(name)) wanted.add(name);
        else add({ key: `${union}: ${name}`, union, lost: 'is not declared in any file' });
      }
    }
  }
  return [...members.values()];
}

function toRow(member: Member, sdk: SdkPackage, release: string): Row {
  const { key, union, lost } = member;
  if (lost !== undefined) return { key, lost };
  const item: FeedItem = {
    key,
    name: key,
    host: sdk.vendor,
    raw: { id: key, union, declared_in: release },
  };
  return { key, item };
}

export const npmSdk: Adapter = {
  parse: parseNpmSdk,
  defaults: { trust: 'first_party', origin: 'openai-sdk', covers: [], settlementLag: 'PT0S', url: null },
};
