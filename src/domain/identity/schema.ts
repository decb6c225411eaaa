import { z } from 'zod';

/**
 * The shape of the reviewed identity data (`data/identity.json`). Everything that is specific to a vendor, a family, a host
 * or a single id is data, with its source, so that the parser contains no names. All texts of ids are lower case.
 */

const text = z
  .string()
  .min(1)
  .refine((value) => value === value.toLowerCase(), 'must be lower case');
const texts = z.array(text).default([]);

/** The source of an entry: an archived payload, a vendor's page, a rule. For people; never parsed. */
const source = z.string().min(1);

export const snapshotFormats = ['YYYY-MM-DD', 'YYYYMMDD', 'YYMMDD', 'MM-YYYY', 'MM-DD', 'MMDD', 'YYMM', 'NNN'] as const;

/** The format of a date or revision in ids. `NNN` is a revision such as `002`. */
export type SnapshotFormat = (typeof snapshotFormats)[number];

/** The reasons that a reviewed id can have for not being a model. */
const aliasReason = z.enum(['rolling_alias', 'preset', 'derivative', 'codename', 'not_a_model', 'unrecognised']);

/** A tier, optionally of some versions only; null stands for "no version". */
const tier = z.union([text, z.strictObject({ tier: text, versions: z.array(text.nullable()).min(1) })]);

/**
 * A word that moves a name to another family (`gpt-4o-audio` is a gpt-audio). The version stays the version
 * or, if the new family has versions of its own, becomes the tier.
 */
const move = z.strictObject({ word: text, to: text, generation: z.enum(['version', 'tier']) });

export const familySchema = z.strictObject({
  vendor: text,
  family: text,
  /** The words that ids of the family begin with. None if the family is only reached from another one by `moves`. */
  names: texts,
  /** The separators allowed after the name; the empty text allows a digit directly after it. */
  joins: z.array(z.enum(['-', '', '_', '.'])).default(['-']),
  /** Decimal signs of the version. A dash or underscore joins two numbers if the first has one digit. */
  decimals: z.array(z.enum(['.', '-', 'p', '_'])).default(['.', '-', '_', 'p']),
  /** The most digits after a dash or underscore. Two only if sizes in the ids always have their letter. */
  minorDigits: z.union([z.literal(1), z.literal(2)]).default(1),
  /** Letters that a version may end with: `4o`. */
  letters: texts,
  /** `first`: the version follows the name. `free`: it may also follow a tier. */
  order: z.enum(['first', 'free']).default('first'),
  style: z.enum(['components', 'decimal']).default('components'),
  snapshots: z.array(z.enum(snapshotFormats)).default([]),
  tiers: z.array(tier).default([]),
  /** Tiers that are numbered on their own: the number after one (`nano-2`) is not a version of the family. */
  numberedTiers: texts,
  /** Words that are added to a tier without replacing a size; sizes next to them are kept. */
  modifiers: texts,
  /** `opus4-5`: a tier may directly precede the version. */
  gluedTiers: z.boolean().default(false),
  /** `tier`: a size is the tier if there is no named tier. `dropped`: a size is a channel. `none`: sizes are not expected. */
  sizes: z.enum(['tier', 'dropped', 'none']).default('none'),
  /** Full forms of sizes that hosts shorten: `235b` for `235b-a22b`. */
  sizeSynonyms: z.record(text, text).default({}),
  channels: texts,
  /** Ways of running a model that have names of their own, such as a reasoning mode. Never evidence of a release. */
  presets: texts,
  /** Every model of the family is a preview. */
  preview: z.boolean().default(false),
  /**
   * Reviewed: the vendor marks every preview of the family in its id, so an id without a mark means "generally
   * available". If false, an id does not show the stage.
   */
  marksPreviews: z.boolean().default(false),
  rolling: texts,
  moves: z.array(move).default([]),
  /** Whether a stamp of year and month is the version if there is no other: `codestral-2501` is Codestral 25.01. */
  stampIsVersion: z.boolean().default(false),
  /** How a name without a version is read. With a snapshot it is a model unless this is `unrecognised`. */
  unversioned: z.enum(['model', 'rolling_alias', 'unrecognised']).default('unrecognised'),
  /** Tiers that exist without a version, regardless of `unversioned`. */
  unversionedTiers: texts,
  /** Whether the name is too common to identify the vendor without the vendor's namespace or own host. */
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
  /** Own hosts that also list other vendors' models, so a row there does not prove its vendor. */
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
 * Models that only approved customers can call, so that listing them is not a release. An omitted field matches any
 * value, so a tier alone limits every version of it.
 */
const limitedSchema = z
  .strictObject({
    vendor: text,
    family: text.optional(),
    /** Null matches only models without a version. */
    version: text.nullable().optional(),
    /** Null matches only the unsuffixed model. */
    tier: text.nullable().optional(),
    /** The beginning of the ids, without hosts and regions, if family, version and tier do not distinguish them. */
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
  /** The replacement, for names that repeat or omit the family. */
  as: text.optional(),
});

export const identitySchema = z.strictObject({
  version: z.string().regex(/^\d{4}-\d{2}-\d{2}\.\d+$/),
  notes: z.array(z.string()),
  /**
   * How a feed shows who publishes a row. `vendor`: the host is the vendor's id. `host`, `namespace`: see `own`.
   * `mention`: like `vendor`, for titles and changelogs; a row without a host or without a known family names no model.
   */
  feeds: z.record(text, z.enum(['vendor', 'host', 'namespace', 'mention'])),
  vendors: z.array(vendorSchema),
  segments: z.strictObject({ hosts: texts, regions: texts, channels: texts }),
  /** Marks at the start of an id. */
  marks: z.array(
    z.strictObject({ text, reason: z.enum(['rolling_alias', 'derivative']).optional(), host: text.optional() }),
  ),
  prefixes: z.array(prefixSchema),
  /** Endings of ids that are a host's revision. */
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
    /** Words that show that an unrecognised name is not a language model but another kind of model. */
    otherKinds: texts,
  }),
  /** Words that name a vendor's family anywhere in an id: two families in one id make a derivative. */
  familyWords: z.record(text, text),
  families: z.array(familySchema),
  aliases: z.array(aliasSchema),
  datedVersions: z.array(
    z.strictObject({ vendor: text, family: text, tier: text.nullable(), snapshot: text, version: text, source }),
  ),
  /** Names without a tier that mean one tier of their version; `gpt-5.6` is `gpt-5.6-sol`. */
  standsFor: z.array(z.strictObject({ vendor: text, family: text, version: text, tier: text, source })),
  limited: z.array(limitedSchema),
  /** Reserved ids of vendors without families in the file. `name` is the name of the company, for people. */
  reserved: z.array(z.strictObject({ id: text, name: source, namespaces: z.array(text).min(1), source })),
});

export type IdentityData = z.infer<typeof identitySchema>;
