import type { Instant } from '../instant.ts';

/** The results of parsing an id from a feed. Types only; the parser is in parse.ts. */

/** A model of a vendor, whichever host lists it. */
export type ModelId = {
  readonly outcome: 'model';
  /** `openai` */
  readonly vendor: string;
  /** `gpt`, `o`, `claude`: lower case. */
  readonly family: string;
  /** `5`, `4o`, `3.5`; null if the vendor gives none. Normalised: a dot as decimal sign, no trailing `.0`. */
  readonly version: string | null;
  /** `mini`, `opus`, `codex-max`; null for the unsuffixed model. */
  readonly tier: string | null;
  /** `limited`: only approved customers can call it. */
  readonly stage: 'preview' | 'general' | 'limited';
  /** The date or revision stamped into the id, verbatim (`2025-08-07`, `20241022`, `0613`), or null. */
  readonly snapshot: string | null;
  /** The calendar day of the snapshot stamp, `YYYY-MM-DD`, or null. It is not a release date. */
  readonly snapshotDay: string | null;
  /** The host that serves the model, if not the vendor itself. */
  readonly host: string | null;
  /** The regions, efforts, quantisations, context sizes and price variants that were removed from the id. */
  readonly channels: readonly string[];
  /** True if the row is in the vendor's own namespace of that feed. */
  readonly own: boolean;
};

/** An id that names no model, so it settles nothing. */
export type NotAModel = {
  readonly outcome: 'none';
  readonly reason:
    | 'unrecognised'
    | 'unknown_vendor'
    | 'rolling_alias'
    | 'preset'
    | 'derivative'
    | 'codename'
    | 'not_a_model';
  /** The vendor that the id identifies, if that is certain. */
  readonly vendor: string | null;
};

/**
 * A vendor's name that the identity data recognises in part. Either it begins with a family and has an unknown word, or
 * it is in the vendor's own namespace and begins with no declared family. It is no evidence of a release. It does not
 * count as absence either, because it may turn out to be a release.
 */
export type PartialName = {
  readonly outcome: 'partial';
  /** The reason under which it is stored and listed. */
  readonly reason: 'unrecognised';
  /** The name without the hosts, regions and vendors around it, lower case: `gemini-4-argon` in every feed. */
  readonly name: string;
  readonly vendor: string;
  /** Null if the name begins with no declared family. */
  readonly family: string | null;
  /** Null if the name has none, or if the unknown words make it uncertain. */
  readonly version: string | null;
  /**
   * The known words of the tier, in the order of the name. Joined with dashes they are the tier, unless an unknown word
   * belongs to it.
   */
  readonly tiers: readonly string[];
  /** The words that the identity data does not define. Without a family, these are all words of the name. */
  readonly unknown: readonly string[];
  /** True if the row is in the vendor's own namespace of that feed. */
  readonly own: boolean;
  /** The host that serves the model, if not the vendor itself. */
  readonly host: string | null;
};

export type Identity = ModelId | PartialName | NotAModel;

/**
 * The context of an id. `feed` is the adapter's name (`litellm`), `host` as in `FeedItem.host`. `at` is when the id was
 * observed, because a limited model may later open to the public. Without `at`, a model that was ever limited counts as
 * limited.
 */
export type IdContext = { readonly feed: string; readonly host?: string | null; readonly at?: Instant };

/**
 * The canonical name of a model: `openai/gpt-5-mini`, `openai/o3`, `anthropic/claude-3.5-opus`. Stage and snapshot are
 * not part of it.
 */
export function modelKey(id: Pick<ModelId, 'vendor' | 'family' | 'version' | 'tier'>): string {
  const name =
    id.family === 'o' ? `o${id.version ?? ''}` : [id.family, id.version].filter((part) => part !== null).join('-');
  return `${id.vendor}/${[name, id.tier].filter((part) => part !== null && part !== '').join('-')}`;
}
