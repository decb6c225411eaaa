import type { Instant } from '../instant.ts';

/** What an id as met in a feed turned out to be. Shapes only; the reading is in identity.ts. */

/** One release of a vendor's model, whatever host lists it. */
export type ModelId = {
  readonly outcome: 'model';
  /** `openai` */
  readonly vendor: string;
  /** `gpt`, `o`, `claude`: lower case. */
  readonly family: string;
  /** `5`, `4o`, `3.5`; null where the vendor gives none. Normalised: a dot as decimal sign, no trailing `.0`. */
  readonly version: string | null;
  /** `mini`, `opus`, `codex-max`; null for the unsuffixed model. */
  readonly tier: string | null;
  /** `limited`: only approved customers may call it. */
  readonly stage: 'preview' | 'general' | 'limited';
  /** The date or revision stamped into the id, verbatim (`2025-08-07`, `20241022`, `0613`), or null. */
  readonly snapshot: string | null;
  /** The calendar day that the snapshot stamp spells out, `YYYY-MM-DD`, or null. It is not a release date. */
  readonly snapshotDay: string | null;
  /** Who serves the row, where that is not the vendor. */
  readonly host: string | null;
  /** Regions, effort, quantisation, context and price variants that were stripped: never part of the model. */
  readonly channels: readonly string[];
  /** True when the row stands in the vendor's own namespace of that feed. */
  readonly own: boolean;
};

/** Why an id names no model that could settle anything. */
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
  /** The vendor that the id points to, where that much is certain. */
  readonly vendor: string | null;
};

/**
 * A name of a vendor that the identity data reads in part: a family begins it and a word of it is unknown, or it stands
 * in the vendor's own namespace and no declared family begins it. It is no evidence of a release. It may turn out to be
 * one, so it is no silence either.
 */
export type PartialName = {
  readonly outcome: 'partial';
  /** As what it is stored and listed. */
  readonly reason: 'unrecognised';
  /** The name without the hosts, regions and vendors around it, lower case: `gemini-4-argon` in every feed. */
  readonly name: string;
  readonly vendor: string;
  /** Null where no declared family begins the name. */
  readonly family: string | null;
  /** Null where the name has none, or where the unknown words leave it open. */
  readonly version: string | null;
  /** The known parts of the tier, in the order of the name: joined with dashes, the tier if no unknown word is a tier. */
  readonly tiers: readonly string[];
  /** The words that the identity data does not know; without a family, every word of the name. */
  readonly unknown: readonly string[];
  /** True when the row stands in the vendor's own namespace of that feed. */
  readonly own: boolean;
  /** Who serves the row, where that is not the vendor. */
  readonly host: string | null;
};

export type Identity = ModelId | PartialName | NotAModel;

/**
 * Where an id was met. `feed` is the adapter's name (`litellm`), `host` as in `FeedItem.host`. `at` is when it was observed: a
 * limited model may be open to the public later; left out, one that was limited at any time is.
 */
export type IdContext = { readonly feed: string; readonly host?: string | null; readonly at?: Instant };

/** The canonical name of a model: `openai/gpt-5-mini`, `openai/o3`, `anthropic/claude-3.5-opus`. Stage and snapshot are not part of it. */
export function modelKey(id: Pick<ModelId, 'vendor' | 'family' | 'version' | 'tier'>): string {
  const name =
    id.family === 'o' ? `o${id.version ?? ''}` : [id.family, id.version].filter((part) => part !== null).join('-');
  return `${id.vendor}/${[name, id.tier].filter((part) => part !== null && part !== '').join('-')}`;
}
