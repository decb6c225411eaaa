import { z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { PageSession } from '../../services/access/page-sessions.ts';
import { withCurrentIdentity } from '../../services/identity/identity.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { listingOf } from '../operation/cursor.ts';
import { contentTag, isCached } from '../operation/etag.ts';
import { makeResponse } from '../operation/headers.ts';
import { baseOf, parseInput, readPathParameters, readQuery, searchOf } from '../operation/input.ts';
import { prefersOtherThanHtml } from './accept.ts';
import { respondNotAcceptable, respondWithErrorPage } from './error-page.tsx';
import { type RenderedPage, renderKept, withReader } from './kept-pages.ts';
import { type Document, renderPage } from './layout.tsx';
import { insertTag } from './live.tsx';
import { policyOf } from './policy.ts';
import { admitReader } from './session.ts';
import { rootOf, type Site } from './site.ts';

/** How long any cache may keep a page about the past. */
const pastSecondsMax = 60;

/** The names of the parameters of a path, which are in braces. */
type PathName<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | PathName<Rest>
  : never;

/** What a page shows, or the address that it has moved to. */
export type PageReply =
  | (Document & {
      /** True for a page about the past, which never changes. */
      readonly past?: boolean;
    })
  | { readonly movedTo: string; readonly isPermanent: boolean };

type PageSpec<Path extends string, Q extends z.ZodRawShape> = {
  readonly path: Path;
  /** Parameters of the query. Others are ignored, because those who share an address add their own. */
  readonly query?: Q;
  /** Parameters of the query that are comma-separated lists, which a form repeats. */
  readonly lists?: readonly string[];
  /** The path of the API that has the same data as JSON. */
  readonly api: (params: { readonly [Name in PathName<Path>]: string }) => string;
  /** True if it usually shows kept documents, which depend on no identity data. It loads these itself where it evaluates. */
  readonly readsKept?: boolean;
  readonly load: (http: HttpDeps, input: PageInput<Path, Q>) => Promise<PageReply>;
};

export type PageInput<Path extends string, Q extends z.ZodRawShape> = {
  readonly params: { readonly [Name in PathName<Path>]: string };
  readonly query: z.output<z.ZodObject<Q>>;
  /** The list that cursors are tied to: a hash of the page and its filters. */
  readonly listing: () => string;
  readonly site: Site;
};

/** A page without its type parameters. */
export type Page = {
  readonly path: string;
  readonly run: (http: HttpDeps, c: Context<HttpEnv>) => Promise<Response>;
};

export function page<Path extends string, Q extends z.ZodRawShape = Record<never, never>>(
  spec: PageSpec<Path, Q>,
): Page {
  // Without a query, Q is the empty shape.
  const query = z.object(spec.query ?? ({} as Q));
  const run = async (deps: HttpDeps, c: Context<HttpEnv>): Promise<Response> => {
    // The router sets every parameter of the path and no others.
    const params = c.req.param() as { readonly [Name in PathName<Path>]: string };
    if (prefersOtherThanHtml(c.req.header('accept'))) return respondNotAcceptable(deps, c, spec.api(params));
    try {
      const { caller, session } = await admitReader(deps, c);
      readPathParameters(c);
      const search = withoutEmpty(searchOf(c));
      const given = readQuery(search, [...(spec.lists ?? []), ...unknownNames(search, query)]);
      const site = siteOf(deps, c, search, session);
      const input = {
        params,
        query: parseInput(query, given, 'query'),
        listing: () => listingOf(spec.path, { ...params, ...known(given, query) }),
        site,
      };
      const reply = await renderKept(deps.services, keyOf(site), async () => {
        const reader = withReader(deps);
        const isCurrent = spec.readsKept === true;
        const http = isCurrent ? reader : { ...reader, services: await withCurrentIdentity(reader.services) };
        return renderReply(await spec.load(http, input), site);
      });
      return sendPage(c, reply, { site, api: spec.api(params), isPrivate: caller !== null || !deps.publicRead });
    } catch (error) {
      return respondWithErrorPage(error, c, deps);
    }
  };
  return { path: spec.path, run };
}

/** The site of a request whose caller may read. */
export function siteOf(
  http: HttpDeps,
  c: Context<HttpEnv>,
  search: URLSearchParams,
  session: PageSession | null,
): Site {
  const { path } = c.req;
  return {
    path,
    search,
    root: rootOf(path),
    base: baseOf(http, c),
    session,
    isReadable: true,
    isPublic: http.publicRead,
  };
}

/** A form sends the fields that were left empty. */
function withoutEmpty(search: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...search].filter(([, value]) => value.trim() !== ''));
}

function unknownNames(search: URLSearchParams, query: z.ZodObject): string[] {
  return [...search.keys()].filter((name) => !(name in query.shape));
}

function known(given: Readonly<Record<string, string>>, query: z.ZodObject): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in query.shape));
}

/** What a page depends on besides the data. Null for a person who has signed in, whose pages are not kept. */
function keyOf({ session, base, path, search }: Site): string | null {
  return session === null ? `${base} ${path}?${search}` : null;
}

type Moved = Extract<PageReply, { movedTo: string }>;

function renderReply(reply: PageReply, site: Site): RenderedPage | Moved {
  if ('movedTo' in reply) return reply;
  const untagged = renderPage(reply, site);
  const tag = contentTag(untagged);
  return { html: insertTag(untagged, tag), tag, isCard: reply.isCard === true, isPast: reply.past === true };
}

function sendPage(
  c: Context<HttpEnv>,
  reply: RenderedPage | Moved,
  { site, api, isPrivate }: { readonly site: Site; readonly api: string; readonly isPrivate: boolean },
): Response {
  const headers: Record<string, string> = {
    'cache-control': isPrivate ? 'private, no-cache' : 'no-cache',
    'content-security-policy': policyOf({ isCard: 'isCard' in reply && reply.isCard }),
    vary: 'Accept, Authorization, Cookie',
  };
  if ('movedTo' in reply) {
    headers.location = `${site.root}${reply.movedTo}`;
    return makeResponse(c, null, { status: reply.isPermanent ? 301 : 302, headers });
  }
  const { html, tag, isCard, isPast } = reply;
  if (isCard) headers['cross-origin-resource-policy'] = 'cross-origin';
  if (isPast && !isPrivate) headers['cache-control'] = `public, max-age=${pastSecondsMax}`;
  c.set('contentTag', tag);
  headers.etag = tag;
  headers.link = `<${site.base}${api}>; rel="alternate"; type="application/json"`;
  if (isCached(c.req.header('if-none-match'), tag)) return makeResponse(c, null, { status: 304, headers });
  headers['content-type'] = 'text/html; charset=utf-8';
  return makeResponse(c, html, { status: 200, headers });
}
