import { z } from 'zod';
import type { Adapter } from '../adapter.ts';
import type { FeedItem, FeedParser } from '../item.ts';
import { collectRows, type Row, readJsonObject, unparsable } from '../payload.ts';
import { scanUnions, type UnionDeclaration } from './type-unions.ts';

const expected =
  'the type declarations of a known SDK package: {package, version, published_at, files: [{path, text}]}';

/** A vendor's SDK: where its declarations name the models it can call. */
type SdkPackage = {
  readonly vendor: string;
  /** The type aliases whose string members are model ids. */
  readonly unions: readonly string[];
};

/** The packages that are read. Unless the identity data knows it as limited, everything in a union is a model that the public API accepts. */
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
 * The members of the model unions in a vendor's SDK, from `{package, version, published_at, files: [{path, text}]}`
 * as src/net/registry.ts makes it. They carry no dates: a name stays for years and may come months after the release.
 * Throws `Refusal('feed_unparsable')` for a package that is not in the table or where no union is found.
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

/** A name's declarations in all files, joined: one file re-exports what another declares. */
function indexUnions(sources: readonly string[]): Map<string, UnionDeclaration[]> {
  const index = new Map<string, UnionDeclaration[]>();
  for (const declaration of sources.flatMap((source) => scanUnions(source))) {
    const known = index.get(declaration.name);
    if (known === undefined) index.set(declaration.name, [declaration]);
    else known.push(declaration);
  }
  return index;
}

/** The members of the unions and of those that they name, each once. A reference that leads nowhere is lost. */
function listMembers(index: ReadonlyMap<string, UnionDeclaration[]>, unions: readonly string[]): Member[] {
  const members = new Map<string, Member>();
  const wanted = new Set(unions);
  const add = (member: Member) => members.has(member.key) || members.set(member.key, member);
  // A set yields what is added to it on the way, each name once: references are followed, circles end.
  for (const union of wanted) {
    for (const declaration of index.get(union) ?? []) {
      for (const key of declaration.members) add({ key, union });
      for (const text of declaration.unread) add({ key: `${union}: ${text}`, union, lost: 'is no string literal' });
      for (const name of declaration.references) {
        if (index.has(name)) wanted.add(name);
        else add({ key: `${union}: ${name}`, union, lost: 'is declared in none of the files' });
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
