import { z } from 'zod';
import { listProblems } from './problems.ts';
import { familySchema, type IdentityData, snapshotFormats } from './schema.ts';
import { type IdentityTable, readIdentityTable } from './table.ts';

/** Texts that are met in ids: lower case. */
const word = z
  .string()
  .min(1)
  .max(100)
  .regex(/^\S+$/, 'must be without spaces')
  .refine((text) => text === text.toLowerCase(), 'must be lower case');
const words = z.array(word).max(200);

const aliasEntry = z
  .strictObject({
    kind: z.literal('alias'),
    id: word.meta({
      description: 'The name as it stands after hosts and regions were taken off.',
      example: 'gpt-next',
    }),
    match: z
      .enum(['whole', 'prefix'])
      .optional()
      .meta({ description: 'prefix: more words may follow. Left out: whole.' }),
    means: word.optional().meta({ description: 'What to read instead.', example: 'gpt-5' }),
    reason: z
      .enum(['rolling_alias', 'preset', 'derivative', 'codename', 'not_a_model'])
      .optional()
      .meta({ description: 'Why it names no model.' }),
  })
  .refine(({ means, reason }) => (means === undefined) !== (reason === undefined), 'must have either means or reason')
  .meta({ id: 'AliasAddition', description: 'How one name is to be read, or why it names no model.' });

const familyEntry = z
  .strictObject({
    family: word,
    names: words.min(1).meta({ description: 'How ids begin.', example: ['solar'] }),
    joins: z.array(z.enum(['-', '', '_', '.'])).optional(),
    letters: words.optional().meta({ description: 'Letters that may close a version.' }),
    order: z.enum(['first', 'free']).optional(),
    style: z.enum(['components', 'decimal']).optional().meta({ description: 'How versions compare.' }),
    snapshots: z.array(z.enum(snapshotFormats)).optional().meta({ description: 'How dates are stamped into ids.' }),
    tiers: words.optional(),
    channels: words.optional(),
    rolling: words.optional().meta({ description: 'Words that make a name a rolling alias.' }),
    sizes: z.enum(['tier', 'dropped', 'none']).optional(),
    unversioned: z.enum(['model', 'rolling_alias', 'unrecognised']).optional(),
  })
  .meta({ id: 'FamilyAddition', description: 'The grammar of one family of names; see docs/identity.md.' });

const vendorEntry = z
  .strictObject({
    kind: z.literal('vendor'),
    id: word.meta({ example: 'upstage' }),
    namespaces: words.optional().meta({ description: 'Path segments that name the vendor, on any host.' }),
    own: z.record(word, words).optional().meta({ description: 'Per feed: where the vendor itself publishes.' }),
    families: z.array(familyEntry).min(1).max(50),
  })
  .meta({ id: 'VendorAddition', description: 'A vendor with its families.' });

/** What a curator may add to the reviewed identity data. */
export const additionSchema = z
  .discriminatedUnion('kind', [aliasEntry, vendorEntry])
  .meta({ id: 'IdentityEntry', description: 'An alias, or a vendor with its families.' });

export type IdentityEntry = z.infer<typeof additionSchema>;

/** An addition that is in force. */
export type Addition = { readonly id: string; readonly entry: IdentityEntry; readonly reason: string };

export type BuiltIdentity = {
  readonly table: IdentityTable;
  /** Additions that the file itself has come to say, or to contradict: the file wins, and why. */
  readonly idle: ReadonlyMap<string, string>;
};

/** The table of the reviewed file with what was added since, as of a revision. What does not fit the file is left out, never an error. */
export function buildIdentity(file: IdentityData, additions: readonly Addition[], revision: number): BuiltIdentity {
  const idle = new Map<string, string>();
  let data = file;
  let aliases = file;
  for (const addition of additions) {
    const next = withEntry(data, addition);
    const problem = firstProblem(next);
    if (problem !== null) {
      idle.set(addition.id, problem);
      continue;
    }
    data = next;
    if (addition.entry.kind === 'alias') aliases = withEntry(aliases, addition);
  }
  const base = readIdentityTable(file);
  if (revision === 0) return { table: base, idle };
  const added = data === file ? base : readIdentityTable(data);
  const curated = data === file ? null : { file: base, aliases: readIdentityTable(aliases) };
  return { table: { ...added, file, version: `${file.version}+${revision}`, revision, curated }, idle };
}

/** What is wrong with data that an addition was put into, or null. */
export function firstProblem(data: IdentityData): string | null {
  for (const problem of listProblems(data)) return problem;
  return null;
}

/** The same data with one addition, its reason as its source. */
export function withEntry(data: IdentityData, { entry, reason }: Omit<Addition, 'id'>): IdentityData {
  switch (entry.kind) {
    case 'alias': {
      const { kind: _kind, match = 'whole', ...alias } = entry;
      return { ...data, aliases: [...data.aliases, { ...alias, match, source: reason }] };
    }
    case 'vendor': {
      const { id, namespaces = [], own = {} } = entry;
      const families = entry.families.map((family) => familySchema.parse({ ...family, vendor: id, source: reason }));
      const vendor = { id, namespaces, own, sharedHosts: [], source: reason };
      return { ...data, vendors: [...data.vendors, vendor], families: [...data.families, ...families] };
    }
  }
}
