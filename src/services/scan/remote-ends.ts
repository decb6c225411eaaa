import { z } from 'zod';
import { endId } from '../../domain/ends/end-id.ts';
import { endKinds, endScopes } from '../../domain/feeds/stated-end.ts';
import type { IdentityTable } from '../../domain/identity/table.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { KnownAlias } from '../../domain/scan/end.ts';
import { findStatedEnd, indexEnds, type StatedEndOfId } from '../../domain/scan/find-end.ts';
import { knownAliasOf } from '../../domain/scan/known-end.ts';
import { listVendors, mayBeAlias, type UsedId } from '../../domain/scan/used-id.ts';
import type { ApiReply, ApiRequest } from '../../net/api-request.ts';
import type { ScanSource } from './scan.ts';

/** Another Outturn. */
export type RemoteDeps = {
  readonly identity: IdentityTable;
  readonly knownIds: readonly string[];
  /** Its address without a slash at the end. */
  readonly url: string;
  readonly request: (request: ApiRequest) => Promise<ApiReply>;
};

/** The entries of a page, and the pages for one vendor that are read. */
const pageEntries = 200;
const pagesMax = 100;

/** The fields of GET /v1/ends that are used. A later version may have more, and further values of the lists. */
const endSchema = z.object({
  id: z.string(),
  scope: z.enum(endScopes),
  host: z.string().nullable(),
  kind: z.enum(endKinds),
  date: z.string().nullable(),
  ended_at: z.string().nullable(),
  contradicted: z.unknown(),
  sources: z.array(z.object({ feed: z.string(), use: z.string() })),
  moved_from: z.array(z.object({ date: z.string().nullable() })),
  successor: z.object({ id: z.string() }).nullable(),
});

const aliasSchema = z.object({ id: z.string(), stands_for: z.string(), feed: z.string(), since: z.iso.datetime() });
const watchSchema = z.object({
  host: z.string().nullable(),
  owner: z.string().nullable(),
  notice_days: z.array(z.number()),
});

/** The ends and watches of another Outturn, over its API. */
export function makeRemoteEnds(deps: RemoteDeps): ScanSource {
  return {
    describe: () => `Ends as known at ${deps.url}.`,
    findEnds: async (ids) => {
      const ends: StatedEndOfId[] = [];
      for (const vendor of listVendors(ids)) ends.push(...(await listVendorEnds(deps, vendor)));
      const index = indexEnds(deps.identity, ends, deps.knownIds);
      const aliases = await findRemoteAliases(deps, ids);
      return new Map(ids.map((used) => [used.id, findStatedEnd(index, used, aliases.get(used.id))]));
    },
    setWatch: async (name, ids) => {
      const path = `/v1/watches/${encodeURIComponent(name)}`;
      const reply = await send(deps, { method: 'GET', url: `${deps.url}${path}` });
      // Only the ids of an existing watch are replaced: what somebody else has set stays.
      const kept = reply.status === 404 ? {} : readBody(deps, watchSchema, accept(deps, reply));
      accept(deps, await send(deps, { method: 'PUT', url: `${deps.url}${path}`, body: { ids, ...kept } }));
    },
  };
}

async function listVendorEnds(deps: RemoteDeps, vendor: string): Promise<StatedEndOfId[]> {
  return (await listAll(deps, endSchema, '/v1/ends', { vendor, state: 'all' })).map(toStatedEnd);
}

/** What ids stand for, by id as used. */
async function findRemoteAliases(deps: RemoteDeps, ids: readonly UsedId[]): Promise<ReadonlyMap<string, KnownAlias>> {
  const asked = ids.filter(mayBeAlias);
  const found = new Map<string, KnownAlias>();
  for (const vendor of listVendors(asked)) {
    const listed = await listAll(deps, aliasSchema, '/v1/aliases', { vendor });
    const byId = new Map(listed.map((alias) => [alias.id, alias]));
    for (const used of asked) {
      const stated = used.identity.vendor === vendor ? byId.get(endId(deps.identity, used.plain)) : undefined;
      if (stated === undefined) continue;
      const { stands_for: standsFor, feed, since } = stated;
      const alias = knownAliasOf(deps.identity, { standsFor, feed, since: Date.parse(since) });
      if (alias !== null) found.set(used.id, alias);
    }
  }
  return found;
}

/** Every entry of a list that is filtered by vendor. */
async function listAll<Entry>(
  deps: RemoteDeps,
  schema: z.ZodType<Entry>,
  path: string,
  filter: { readonly vendor: string; readonly state?: string },
): Promise<Entry[]> {
  const pageSchema = z.object({ data: z.array(schema), next_cursor: z.string().nullable() });
  const found: Entry[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pagesMax; page++) {
    const query = new URLSearchParams({ ...filter, limit: String(pageEntries) });
    if (cursor !== null) query.set('cursor', cursor);
    const reply = accept(deps, await send(deps, { method: 'GET', url: `${deps.url}${path}?${query}` }));
    const body: { data: Entry[]; next_cursor: string | null } = readBody(deps, pageSchema, reply);
    found.push(...body.data);
    if (body.next_cursor === null) return found;
    cursor = body.next_cursor;
  }
  throw new Refusal(
    'service_unavailable',
    `${deps.url}${path} lists more than ${pagesMax * pageEntries} entries of ${filter.vendor}`,
  );
}

function toStatedEnd({ id, scope, host, kind, date, ...row }: z.infer<typeof endSchema>): StatedEndOfId {
  return {
    end: {
      ...{ id, scope, host, kind, date },
      sources: row.sources.filter(({ use }) => use === 'decides').map(({ feed }) => ({ name: feed, url: null })),
      movedFrom: row.moved_from.flatMap((move) => move.date ?? []),
      hasEnded: row.ended_at !== null,
      isContradicted: row.contradicted !== null && row.contradicted !== undefined,
    },
    successor: row.successor?.id ?? null,
  };
}

type Reply = Extract<ApiReply, { kind: 'reply' }>;

async function send({ url, request }: RemoteDeps, sent: ApiRequest): Promise<Reply> {
  const reply = await request(sent);
  if (reply.kind === 'reply') return reply;
  throw new Refusal('service_unavailable', `cannot read ${url}: ${reply.detail}`);
}

/** The reply to a request that was accepted. Otherwise refuses with what the other Outturn said. */
function accept({ url }: RemoteDeps, reply: Reply): Reply {
  const { status, body } = reply;
  if (status >= 200 && status < 300) return reply;
  if (status === 401 || status === 403)
    throw new Refusal(
      'forbidden',
      `${url} does not allow this (${status}): set OUTTURN_KEY to a key with the scope that it needs`,
    );
  const said = z.object({ detail: z.string().max(1000) }).safeParse(body);
  throw new Refusal(
    'service_unavailable',
    `${url} replied with ${status}${said.success ? `: ${said.data.detail}` : ''}`,
  );
}

function readBody<S extends z.ZodType>({ url }: RemoteDeps, schema: S, { body }: Reply): z.output<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new Refusal('service_unavailable', `${url} does not reply as Outturn does: is it the address of its API?`);
}
