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
  description: 'The name, without the host and the region.',
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
    reason: z.enum(['rolling_alias', 'preset', 'derivative', 'codename', 'not_a_model']).optional().meta({
      description: 'Why the name is not a model. The entry then has the same effect as one of the kind `not_a_model`.',
    }),
  })
  .refine(({ means, reason }) => (means === undefined) !== (reason === undefined), 'must have either means or reason')
  .meta({ id: 'AliasAddition', description: 'The model that a name stands for, or why the name is not a model.' });

const notAModelEntry = z
  .strictObject({
    kind: z.literal('not_a_model'),
    id: nameId,
    match,
    reason: z
      .enum(['rolling_alias', 'preset', 'derivative', 'codename', 'not_a_model'])
      .optional()
      .meta({ description: 'Why the name is not a model. Default: `not_a_model`.' }),
  })
  .meta({ id: 'NotAModelAddition', description: 'A name that is not a model.' });

const familyFields = {
  family: word.meta({ description: 'Id of the new family.', example: 'solar' }),
  names: z
    .array(name)
    .min(1)
    .max(200)
    .meta({ description: 'Texts with which the names of the family begin.', example: ['solar'] }),
  joins: z
    .array(z.enum(['-', '', '_', '.']))
    .min(1)
    .max(4)
    .optional()
    .meta({
      description:
        'Separators that may follow the beginning of a name. The empty string allows a digit to follow directly. Default: a dash.',
    }),
  letters: words.optional().meta({ description: 'Letters with which a version may end. Default: none.' }),
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
    description:
      'How a size such as `70b` is parsed. `tier`: as the tier. `dropped`: as no part of the model. `none`: as an unknown word. Default: `none`.',
  }),
  unversioned: z
    .enum(['model', 'rolling_alias', 'unrecognised'])
    .optional()
    .meta({ description: 'How a name without a version is parsed. Default: `unrecognised`.' }),
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
      .meta({ description: 'Hosts or namespaces in which the vendor itself publishes, keyed by type of feed.' }),
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
      description: 'Types of feeds in which the vendor itself publishes the rows of this namespace. Default: none.',
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
    versions: z.array(version.nullable()).min(1).max(100).optional().meta({
      description: 'Versions that have the tier; null stands for models without a version. Default: every version.',
    }),
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
    version: version.nullable().optional().meta({ description: 'null matches only models without one. Default: any.' }),
    tier: word.nullable().optional().meta({ description: 'null matches only models without one. Default: any.' }),
    name: name
      .optional()
      .meta({ description: 'Text with which the names begin, without the host and the region. Default: any name.' }),
    from: day.optional().meta({
      description:
        'The first day, in UTC, on which only approved customers could call it. Default: from the beginning.',
    }),
    until: day
      .optional()
      .meta({ description: 'The first day, in UTC, on which everybody can call it. Default: still limited.' }),
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
