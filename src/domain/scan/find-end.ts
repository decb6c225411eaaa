import { endHost } from '../ends/end-id.ts';
import { type ModelId, modelKey } from '../identity/model-id.ts';
import { plainModelId } from '../identity/place.ts';
import type { IdentityTable } from '../identity/table.ts';
import { type EndAnswer, type KnownAlias, type KnownEnd, noEnd } from './end.ts';
import { readUsedId, type UsedId } from './used-id.ts';

/** A stated end, with the id that its source recommends instead. */
export type StatedEndOfId = { readonly end: KnownEnd; readonly successor: string | null };

/** Stated ends by the ids and models that they are stated for. */
export type EndIndex = {
  readonly table: IdentityTable;
  /** Keyed by host and id as spelled. */
  readonly byId: ReadonlyMap<string, EndAnswer>;
  /** Keyed by host, model, stage and snapshot. */
  readonly byModel: ReadonlyMap<string, EndAnswer>;
  /** By model and stage: the snapshots that are known, oldest first. */
  readonly snapshots: ReadonlyMap<string, readonly string[]>;
};

/**
 * `knownIds` are ids that the shipped data lists, from which the snapshots of each model are known. An end of a plan or an app is
 * left out, because its requests do not name the id.
 */
export function indexEnds(table: IdentityTable, ends: readonly StatedEndOfId[], knownIds: readonly string[]): EndIndex {
  const byId = new Map<string, EndAnswer>();
  const byModel = new Map<string, EndAnswer>();
  for (const answer of ends) {
    const { id, scope } = answer.end;
    if (scope === 'plan') continue;
    const host = answer.end.host === null ? null : endHost(answer.end.host);
    byId.set(idKey(table, host, id), answer);
    const { identity } = readUsedId(table, id);
    if (identity.outcome === 'model') byModel.set(modelEndKey(host, identity, identity.snapshot), answer);
  }
  return { table, byId, byModel, snapshots: listSnapshots(table, [...knownIds, ...ends.map(({ end }) => end.id)]) };
}

function listSnapshots(table: IdentityTable, ids: readonly string[]): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const id of new Set(ids)) {
    const { identity } = readUsedId(table, id);
    if (identity.outcome !== 'model' || identity.snapshot === null) continue;
    const key = modelStageKey(identity);
    found.set(key, (found.get(key) ?? new Set()).add(identity.snapshot));
  }
  return new Map([...found].map(([key, snapshots]) => [key, [...snapshots].sort()]));
}

function idKey(table: IdentityTable, host: string | null, id: string): string {
  return `${host ?? ''} ${plainModelId(table, id)}`;
}

type ModelStage = Pick<ModelId, 'vendor' | 'family' | 'version' | 'tier' | 'stage'>;

function modelStageKey(model: ModelStage): string {
  return `${modelKey(model)} ${model.stage}`;
}

function modelEndKey(host: string | null, model: ModelStage, snapshot: string | null): string {
  return `${host ?? ''} ${modelStageKey(model)} ${snapshot ?? ''}`;
}

/**
 * What is stated of the end of an id, at the service that it addresses: of the same id in any spelling; else of its model
 * without a snapshot, which includes its snapshots; else of the only snapshot that is known of the model, because the id can stand
 * for no other. `alias` says what the id stands for; an alias that states its version stands for the newest snapshot otherwise.
 */
export function findStatedEnd(index: EndIndex, used: UsedId, alias?: KnownAlias): EndAnswer {
  const { table, byId } = index;
  const own = byId.get(idKey(table, used.host, used.plain));
  if (alias === undefined) return own ?? findByModel(index, used) ?? noEnd;
  const followed = { ...readUsedId(table, alias.standsFor), host: used.host };
  return { ...(own ?? findStatedEnd(index, followed)), alias };
}

function findByModel({ byModel, snapshots }: EndIndex, { identity, aliasOf, host }: UsedId): EndAnswer | undefined {
  const model =
    identity.outcome === 'model' ? identity : aliasOf === null ? null : { ...aliasOf, stage: 'general' as const };
  if (model === null) return undefined;
  const snapshot = identity.outcome === 'model' ? identity.snapshot : null;
  const same = byModel.get(modelEndKey(host, model, snapshot));
  if (same !== undefined) return same;
  if (snapshot !== null) return byModel.get(modelEndKey(host, model, null));
  const known = snapshots.get(modelStageKey(model)) ?? [];
  const newest = known.at(-1);
  const standsForOne = known.length === 1 || aliasOf !== null;
  return standsForOne && newest !== undefined ? byModel.get(modelEndKey(host, model, newest)) : undefined;
}
