import { z } from 'zod';
import { snapshotFormats } from './schema.ts';
import { isVersion } from './version.ts';

/** The schemas of the entries that a curator can add to the identity data at run time. */

/** A text that occurs in ids, in lower case. */
const word = z
  .string()
  .min(1)
  .max(100)
  .regex(/^\S+$/, 'must be without spaces')
  .refine((text) => text === text.toLowerCase(), 'must be lower case');
const words = z.array(word).max(200);

const name = word.refine((text) => !text.includes('/'), 'must be without a slash');
const nameId = word.meta({
  description: 'The name without hosts and regions around it.',
  example: 'gpt-next',
});
const match = z
  .enum(['whole', 'prefix'])
  .optional()
  .meta({ description: '`prefix`: more words may follow. Default: `whole`.' });
const vendorId = word.meta({ description: 'Id of a known vendor.', example: 'google' });
const familyId = word.meta({ description: 'Id of a known family of the vendor.', example: 'gemini' });
const version = word
  .refine(isVersion, 'must be a version such as 4 or 2.5')
  .meta({ description: 'A version as the API shows it, such as `4` or `2.5`.', example: '4' });

const aliasEntry = z
  .strictObject({
    kind: z.literal('alias'),
    id: nameId,
    match,
    means: word.optional().meta({ description: 'The name of the model that it stands for.', example: 'gpt-5' }),
    reason: z
      .enum(['rolling_alias', 'preset', 'derivative', 'codename', 'not_a_model'])
      .optional()
      .meta({ description: 'Why it names no model: the same as an entry of the kind `not_a_model`.' }),
  })
  .refine(({ means, reason }) => (means === undefined) !== (reason === undefined), 'must have either means or reason')
  .meta({ id: 'AliasAddition', description: 'The model that a name stands for, or why it names no model.' });

const notAModelEntry = z
  .strictObject({
    kind: z.literal('not_a_model'),
    id: nameId,
    match,
    reason: z
      .enum(['rolling_alias', 'preset', 'derivative', 'codename', 'not_a_model'])
      .optional()
      .meta({ description: 'Why it names no model. Default: `not_a_model`.' }),
  })
  .meta({ id: 'NotAModelAddition', description: 'A name that is no model.' });

const familyFields = {
  family: word.meta({ description: 'Id of the new family.', example: 'solar' }),
  names: z
    .array(name)
    .min(1)
    .max(200)
    .meta({ description: 'How names begin.', example: ['solar'] }),
  joins: z
    .array(z.enum(['-', '', '_', '.']))
    .min(1)
    .max(4)
    .optional()
    .meta({
      description: 'What may follow that: a separator, or the empty text if a digit may. Default: a dash.',
    }),
  letters: words.optional().meta({ description: 'Letters that may close a version. Default: none.' }),
  order: z
    .enum(['first', 'free'])
    .optional()
    .meta({ description: '`free`: the version may also follow the tier. Default: `first`.' }),
  style: z
    .enum(['components', 'decimal'])
    .optional()
    .meta({ description: 'How versions compare: 4.10 is higher than 4.9 as components. Default: `components`.' }),
  snapshots: z
    .array(z.enum(snapshotFormats))
    .max(snapshotFormats.length)
    .optional()
    .meta({ description: 'Formats of dates and revisions in names. Default: none.' }),
  tiers: words.optional().meta({ description: 'Tiers. Default: none.' }),
  channels: words.optional().meta({ description: 'Words that are not part of the model. Default: none.' }),
  rolling: words.optional().meta({ description: 'Words that make a name a rolling alias. Default: none.' }),
  sizes: z.enum(['tier', 'dropped', 'none']).optional().meta({
    description: 'What a size such as `70b` is: the tier, no part of the model, or unknown. Default: `none`.',
  }),
  unversioned: z
    .enum(['model', 'rolling_alias', 'unrecognised'])
    .optional()
    .meta({ description: 'What a name without a version is. Default: `unrecognised`.' }),
};

const familyEntry = z
  .strictObject(familyFields)
  .meta({ id: 'FamilyAddition', description: 'The grammar of one family of names.' });

const vendorFamilyEntry = z
  .strictObject({ kind: z.literal('family'), vendor: vendorId, ...familyFields })
  .meta({ id: 'VendorFamilyAddition', description: 'A family of a known vendor.' });

const vendorEntry = z
  .strictObject({
    kind: z.literal('vendor'),
    id: word.meta({ example: 'upstage' }),
    namespaces: z
      .array(name)
      .max(200)
      .optional()
      .meta({ description: 'Path segments that name the vendor, on any host.' }),
    own: z
      .record(word, words)
      .optional()
      .meta({ description: 'By type of feed: the hosts or namespaces where the vendor itself publishes.' }),
    families: z.array(familyEntry).min(1).max(50),
  })
  .meta({ id: 'VendorAddition', description: 'A vendor with its families.' });

const namespaceEntry = z
  .strictObject({
    kind: z.literal('namespace'),
    vendor: vendorId,
    namespace: name.meta({
      description: 'The path segment that names the vendor, or the host of its rows.',
      example: 'google-deepmind',
    }),
    own: words.optional().meta({
      description: 'Types of feeds in which the rows under it are published by the vendor itself. Default: none.',
      example: ['openrouter'],
    }),
  })
  .meta({ id: 'NamespaceAddition', description: 'Another namespace of a known vendor.' });

const tierEntry = z
  .strictObject({
    kind: z.literal('tier'),
    vendor: vendorId,
    family: familyId,
    tier: word.meta({ description: 'The word, or several joined by dashes.', example: 'argon' }),
    versions: z
      .array(version.nullable())
      .min(1)
      .max(100)
      .optional()
      .meta({ description: 'The versions that have it; null stands for no version. Default: every version.' }),
  })
  .meta({ id: 'TierAddition', description: 'A tier of a known family.' });

const channelEntry = z
  .strictObject({
    kind: z.literal('channel'),
    vendor: vendorId.optional(),
    family: familyId.optional(),
    channel: word.meta({ description: 'The word, or several joined by dashes.', example: 'fp6' }),
  })
  .refine(({ vendor, family }) => (vendor === undefined) === (family === undefined), {
    error: 'must be present if the other of vendor and family is',
    path: ['family'],
  })
  .meta({
    id: 'ChannelAddition',
    description: 'A word that is not part of the model, in one family or, without vendor and family, in all.',
  });

const day = z.iso.date();

const limitedEntry = z
  .strictObject({
    kind: z.literal('limited'),
    vendor: vendorId,
    family: familyId.optional(),
    version: version.nullable().optional().meta({ description: 'Null: only models without one. Default: any.' }),
    tier: word.nullable().optional().meta({ description: 'Null: only models without one. Default: any.' }),
    name: name.optional().meta({ description: 'How the names begin, without hosts and regions. Default: any.' }),
    from: day.optional().meta({ description: 'The first day on which it was limited, in UTC. Default: always.' }),
    until: day
      .optional()
      .meta({ description: 'The first day on which everybody can call it, in UTC. Default: not yet.' }),
  })
  .refine((row) => row.name !== undefined || row.family !== undefined, {
    error: 'must be present unless name is',
    path: ['family'],
  })
  .refine((row) => row.name !== undefined || row.family === undefined || row.tier !== undefined, {
    error: 'must be present, or null, unless name is',
    path: ['tier'],
  })
  .meta({ id: 'LimitedAddition', description: 'Models that only approved customers can call.' });

/** An entry that a curator can add to the identity data. */
export const entrySchema = z
  .discriminatedUnion('kind', [
    aliasEntry,
    notAModelEntry,
    vendorEntry,
    namespaceEntry,
    vendorFamilyEntry,
    tierEntry,
    channelEntry,
    limitedEntry,
  ])
  .meta({ id: 'IdentityEntry', description: 'An entry of the identity data.' });

export type IdentityEntry = z.infer<typeof entrySchema>;
export type FamilyGrammar = z.infer<typeof familyEntry>;
export type EntryOf<K extends IdentityEntry['kind']> = Extract<IdentityEntry, { kind: K }>;
