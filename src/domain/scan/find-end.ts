import { type ModelId, modelKey } from '../identity/model-id.ts';
import type { IdentityTable } from '../identity/table.ts';
import { type EndAnswer, noEnd } from './end.ts';
import type { EndsDocument, ReviewedEnd } from './stated-ends.ts';
import { readUsedId, type UsedId } from './used-id.ts';

/** The reviewed ends, by the ids and models that they are stated for. */
export type EndIndex = {
  readonly document: EndsDocument;
  /** Keyed by host and id as spelled. */
  readonly byId: ReadonlyMap<string, ReviewedEnd>;
  /** Keyed by host, model, stage and snapshot; see `modelEndKey`. */
  readonly byModel: ReadonlyMap<string, ReviewedEnd>;
  /** Hosts with dates of their own. For any other, the end of the vendor's service says nothing. */
  readonly hosts: ReadonlySet<string>;
  /** By model: the snapshots that the shipped data knows. */
  readonly snapshots: ReadonlyMap<string, ReadonlySet<string>>;
};

/** `knownIds` are ids that the shipped data lists, from which the snapshots of each model are known. */
export function indexEnds(table: IdentityTable, document: EndsDocument, knownIds: Iterable<string>): EndIndex {
  const byId = new Map<string, ReviewedEnd>();
  const byModel = new Map<string, ReviewedEnd>();
  const snapshots = new Map<string, Set<string>>();
  for (const end of document.ends) {
    const host = end.host ?? null;
    const { identity, plain } = readUsedId(table, end.id);
    byId.set(idKey(host, plain), end);
    if (identity.outcome === 'model') byModel.set(modelEndKey(host, identity, identity.snapshot), end);
  }
  for (const id of [...knownIds, ...document.ends.map((end) => end.id)]) {
    const { identity } = readUsedId(table, id);
    if (identity.outcome !== 'model' || identity.snapshot === null) continue;
    const key = `${modelKey(identity)} ${identity.stage}`;
    snapshots.set(key, (snapshots.get(key) ?? new Set()).add(identity.snapshot));
  }
  const hosts = new Set(document.ends.flatMap(({ host }) => host ?? []));
  return { document, byId, byModel, hosts, snapshots };
}

/** The name after the last slash, in lower case. */
function idKey(host: string | null, plain: string): string {
  return `${host ?? ''} ${plain.toLowerCase().split('/').at(-1) ?? ''}`;
}

function modelEndKey(host: string | null, model: ModelId, snapshot: string | null): string {
  return `${host ?? ''} ${modelKey(model)} ${model.stage} ${snapshot ?? ''}`;
}

/**
 * What the reviewed data states of the end of an id: of the same id in any spelling; else of the model without a snapshot, which
 * includes its snapshots; else of the only snapshot that is known of the model, because the id can stand for no other.
 */
export function findReviewedEnd(index: EndIndex, used: UsedId): EndAnswer {
  const host = used.host;
  if (host !== null && !index.hosts.has(host)) return noEnd;
  const end = index.byId.get(idKey(host, used.plain)) ?? findByModel(index, used, host);
  if (end === undefined) return noEnd;
  const source = index.document.sources[end.source];
  return {
    end: {
      id: end.id,
      date: end.date,
      kind: end.kind,
      scope: host === null ? 'vendor' : 'host',
      host,
      sources: source === undefined ? [] : [{ name: source.publisher, url: source.url }],
      movedFrom: end.moved_from ?? [],
      hasEnded: false,
    },
    successor: end.successor ?? null,
  };
}

function findByModel(index: EndIndex, { identity }: UsedId, host: string | null): ReviewedEnd | undefined {
  if (identity.outcome !== 'model') return undefined;
  const { byModel, snapshots } = index;
  const same = byModel.get(modelEndKey(host, identity, identity.snapshot));
  if (same !== undefined) return same;
  if (identity.snapshot !== null) return byModel.get(modelEndKey(host, identity, null));
  const known = snapshots.get(`${modelKey(identity)} ${identity.stage}`);
  const [only] = known ?? [];
  return known?.size === 1 && only !== undefined ? byModel.get(modelEndKey(host, identity, only)) : undefined;
}

/** The days on which the oldest and the newest of the sources were read: `2026-07-24`, or a month. */
export function reviewedOn({ sources }: EndsDocument): { readonly from: string; readonly to: string } {
  const days = Object.values(sources)
    .map(({ read_on: day }) => day)
    .sort();
  return { from: days[0] ?? '', to: days.at(-1) ?? '' };
}
