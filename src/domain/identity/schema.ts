import { z } from 'zod';

/**
 * The shape of the reviewed identity data (`data/identity.json`): everything that is peculiar to a vendor, a family,
 * a host or a single id stands there with where it was read, so that the reader in identity.ts knows none of them.
 * All texts that are met in ids are lower case.
 */

const text = z
  .string()
  .min(1)
  .refine((value) => value === value.toLowerCase(), 'must be lower case');
const texts = z.array(text).default([]);

/** Where something was read: a feed's archived payload, a vendor's page, a rule. For people; never parsed. */
const source = z.string().min(1);

export const snapshotFormats = ['YYYY-MM-DD', 'YYYYMMDD', 'YYMMDD', 'MM-YYYY', 'MM-DD', 'MMDD', 'YYMM', 'NNN'] as const;

/** How a date or revision is stamped into ids. `NNN` is a revision such as `002`. */
export type SnapshotFormat = (typeof snapshotFormats)[number];

/** Reasons that a single reviewed id can be given. */
const aliasReason = z.enum(['rolling_alias', 'preset', 'derivative', 'codename', 'not_a_model', 'unrecognised']);

/** A tier, where need be only in some versions; null stands for "no version". */
const tier = z.union([text, z.strictObject({ tier: text, versions: z.array(text.nullable()).min(1) })]);

/**
 * A word that makes a family of its own out of a base name (`gpt-4o-audio` is a gpt-audio). What was the version
 * is kept as the version, or becomes the tier where the new family counts its own versions.
 */
const move = z.strictObject({ word: text, to: text, generation: z.enum(['version', 'tier']) });

export const familySchema = z.strictObject({
  vendor: text,
  family: text,
  /** How ids begin; none for a family that is only reached from another one by `moves`. */
  names: texts,
  /** What may stand between the name and what follows; the empty text allows a digit right away. */
  joins: z.array(z.enum(['-', '', '_', '.'])).default(['-']),
  /** Decimal signs of the version; a dash or underscore joins two numbers of which the first has one digit. */
  decimals: z.array(z.enum(['.', '-', 'p', '_'])).default(['.', '-', '_', 'p']),
  /** The most digits after a dash or underscore: two only where sizes without their letter cannot be met. */
  minorDigits: z.union([z.literal(1), z.literal(2)]).default(1),
  /** Letters that may close a version: `4o`. */
  letters: texts,
  /** `first`: the version follows the name. `free`: it may also follow a tier. */
  order: z.enum(['first', 'free']).default('first'),
  style: z.enum(['components', 'decimal']).default('components'),
  snapshots: z.array(z.enum(snapshotFormats)).default([]),
  tiers: z.array(tier).default([]),
  /** Tiers whose models are numbered by themselves: a number after one (`nano-2`) is no version of the family. */
  numberedTiers: texts,
  /** Words added to a tier without counting as one: sizes beside them are kept. */
  modifiers: texts,
  /** `opus4-5`: a tier may stand right before the version. */
  gluedTiers: z.boolean().default(false),
  /** `tier`: a size is the tier where no named tier is. `dropped`: a channel. `none`: not expected. */
  sizes: z.enum(['tier', 'dropped', 'none']).default('none'),
  /** Sizes that hosts shorten: `235b` for `235b-a22b`. */
  sizeSynonyms: z.record(text, text).default({}),
  channels: texts,
  /** A way of running a model under a name of its own, such as a reasoning mode: evidence of no release. */
  presets: texts,
  /** Every model of the family is a preview. */
  preview: z.boolean().default(false),
  /**
   * Reviewed: the vendor marks each preview of the family in its id, so that an id without a mark says "generally available".
   * Where it does not, an id says nothing of that.
   */
  marksPreviews: z.boolean().default(false),
  rolling: texts,
  moves: z.array(move).default([]),
  /** A stamp of year and month is the version where none is written: `codestral-2501` is Codestral 25.01. */
  stampIsVersion: z.boolean().default(false),
  /** What a name without a version is; one with a snapshot is a model unless this says `unrecognised`. */
  unversioned: z.enum(['model', 'rolling_alias', 'unrecognised']).default('unrecognised'),
  /** Tiers that exist without a version, whatever `unversioned` says. */
  unversionedTiers: texts,
  /** The name is too common to be taken for the vendor's without its namespace or own provider. */
  needsVendor: z.boolean().default(false),
  source: source.optional(),
});

export type FamilyData = z.infer<typeof familySchema>;

const vendorSchema = z.strictObject({
  id: text,
  /** Path segments that name the vendor, on any host. */
  namespaces: texts,
  /** Per feed: the hosts, or namespaces, under which the vendor itself publishes. */
  own: z.record(text, z.array(text)).default({}),
  /** Own hosts that list other vendors' models as well: they make no vendor certain. */
  sharedHosts: texts,
  source,
});

const aliasSchema = z.strictObject({
  id: text,
  /** `whole`: only the whole name. `prefix`: also when a separator follows. */
  match: z.enum(['whole', 'prefix']).default('whole'),
  /** What to read instead, or why it names no model. */
  means: text.optional(),
  reason: aliasReason.optional(),
  vendor: text.optional(),
  source,
});

const day = z.iso.date();

/**
 * Models that only approved customers may call: listing them anywhere is no release. What is left out is any, so a tier alone
 * closes every version of it.
 */
const limitedSchema = z
  .strictObject({
    vendor: text,
    family: text.optional(),
    /** Null: only those without a version. */
    version: text.nullable().optional(),
    /** Null: only the unsuffixed model. */
    tier: text.nullable().optional(),
    /** How the ids begin, after hosts and regions were taken off, where family, version and tier do not tell them apart. */
    name: text.optional(),
    /** The first day on which it was limited, if it was open to the public before. */
    from: day.optional(),
    /** The first day on which everybody may call it. */
    until: day.optional(),
    source,
  })
  .refine(({ family, tier, name }) => name !== undefined || (family !== undefined && tier !== undefined), {
    error: 'needs a name, or a family and a tier',
  });

export type LimitedData = z.infer<typeof limitedSchema>;

const prefixSchema = z.strictObject({
  text,
  kind: z.enum(['host', 'region', 'vendor', 'channel']),
  /** The host's or the vendor's name. */
  name: text.optional(),
  /** What stands there instead, for names that repeat or leave out the family. */
  as: text.optional(),
});

export const identitySchema = z.strictObject({
  version: z.string().regex(/^\d{4}-\d{2}-\d{2}\.\d+$/),
  notes: z.array(z.string()),
  /** How a feed tells whose row it is: `vendor`, the host is the vendor's id; `host` and `namespace`, see `own`.
   * `mention`: as `vendor`, of titles and changelogs; a row without a host names no model, and neither does one without a family. */
  feeds: z.record(text, z.enum(['vendor', 'host', 'namespace', 'mention'])),
  vendors: z.array(vendorSchema),
  segments: z.strictObject({ hosts: texts, regions: texts, channels: texts }),
  /** Signs before the whole id. */
  marks: z.array(
    z.strictObject({ text, reason: z.enum(['rolling_alias', 'derivative']).optional(), host: text.optional() }),
  ),
  prefixes: z.array(prefixSchema),
  /** Endings that are a host's revision. */
  suffixes: texts,
  /** What may follow a colon. */
  colonChannels: texts,
  words: z.strictObject({
    preview: texts,
    channels: texts,
    revisions: texts,
    rolling: texts,
    presets: texts,
    derivatives: texts,
    /** Words that say of a name which nothing else reads that it is no language model. */
    otherKinds: texts,
  }),
  /** Words that name a vendor's family wherever they stand: two in one id make a derivative. */
  familyWords: z.record(text, text),
  families: z.array(familySchema),
  aliases: z.array(aliasSchema),
  datedVersions: z.array(
    z.strictObject({ vendor: text, family: text, tier: text.nullable(), snapshot: text, version: text, source }),
  ),
  /** Names without a tier that stand for one tier of their version; `gpt-5.6` is `gpt-5.6-sol`. */
  standsFor: z.array(z.strictObject({ vendor: text, family: text, version: text, tier: text, source })),
  limited: z.array(limitedSchema),
  /** Ids of vendors that the file has no families of, and whose they are: `name` is the company's, for people. */
  reserved: z.array(z.strictObject({ id: text, name: source, namespaces: z.array(text).min(1), source })),
});

export type IdentityData = z.infer<typeof identitySchema>;
