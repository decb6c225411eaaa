import type { Context } from 'hono';
import { Refusal } from '../../domain/refusal.ts';
import type { PageSession } from '../../services/access/page-sessions.ts';
import { withCurrentIdentity } from '../../services/identity/identity.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { readBytes } from '../operation/body.ts';
import { makeResponse } from '../operation/headers.ts';
import { readPathParameters, searchOf } from '../operation/input.ts';
import { findUnstorableText } from '../operation/text.ts';
import { respondWithErrorPage } from './error-page.tsx';
import { type Document, renderPage } from './layout.tsx';
import { siteOf } from './page.tsx';
import { pagePolicy } from './policy.ts';
import { admitReader, requireOwnForm } from './session.ts';
import { rootOf, type Site } from './site.ts';

/** The size of the largest form: a decision with its reason. */
export const formBytesMax = 64 * 1024;
const formType = 'application/x-www-form-urlencoded';

export type Fields = Readonly<Record<string, string>>;

export type FormInput = {
  readonly params: Fields;
  /** What was sent; null if the form was only opened. */
  readonly sent: Fields | null;
  readonly session: PageSession | null;
  readonly site: Site;
};

/** A page with the form, or where to go next. `path` is of this service. */
export type FormReply =
  | { readonly status: number; readonly document: Document; readonly headers?: Record<string, string> }
  | { readonly goTo: string; readonly headers?: Record<string, string> };

type FormSpec = {
  readonly path: string;
  /** `post`: it has no page of its own. */
  readonly methods: readonly ('get' | 'post')[];
  /** True if it is for those who have not signed in, even where reading requires a key. */
  readonly isOpen?: boolean;
  readonly respond: (http: HttpDeps, c: Context<HttpEnv>, input: FormInput) => Promise<FormReply>;
};

/** A form of the pages: opened with GET, sent with POST. */
export type Form = Pick<FormSpec, 'path' | 'methods'> & {
  readonly run: (http: HttpDeps, c: Context<HttpEnv>) => Promise<Response>;
};

export function form(spec: FormSpec): Form {
  const run = async (deps: HttpDeps, c: Context<HttpEnv>): Promise<Response> => {
    try {
      if (c.req.method === 'POST') requireOwnForm(deps, c);
      const { session } = await admitReader(deps, c, spec.isOpen === true);
      readPathParameters(c);
      const http = { ...deps, services: await withCurrentIdentity(deps.services) };
      const site = siteOf(http, c, searchOf(c), session);
      const sent = c.req.method === 'POST' ? await readForm(c) : null;
      return send(c, await spec.respond(http, c, { params: c.req.param(), sent, session, site }), site);
    } catch (error) {
      return respondWithErrorPage(error, c, deps);
    }
  };
  return { path: spec.path, methods: spec.methods, run };
}

function send(c: Context<HttpEnv>, reply: FormReply, site: Site): Response {
  const headers = { 'cache-control': 'no-store', ...reply.headers };
  if ('goTo' in reply)
    return makeResponse(c, null, {
      status: 303,
      headers: { ...headers, location: `${rootOf(c.req.path)}${reply.goTo}` },
    });
  return makeResponse(c, renderPage(reply.document, site), {
    status: reply.status,
    headers: {
      ...headers,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy,
      // With `no-referrer`, browsers send `Origin: null` with a form.
      'referrer-policy': 'same-origin',
    },
  });
}

/** The fields of a form that was sent. Refuses with `unsupported_media_type`, `body_too_large` and `validation_failed`. */
async function readForm(c: Context<HttpEnv>): Promise<Fields> {
  const [type] = (c.req.header('content-type') ?? '').split(';');
  if (type?.trim().toLowerCase() !== formType)
    throw new Refusal('unsupported_media_type', `send the form as ${formType}`);
  const bytes = await readBytes(c, formBytesMax);
  const fields = Object.fromEntries(new URLSearchParams(new TextDecoder().decode(bytes)));
  const problems = findUnstorableText(fields);
  if (problems.length > 0) throw new Refusal('validation_failed', 'the form has text that cannot be stored', problems);
  return fields;
}
