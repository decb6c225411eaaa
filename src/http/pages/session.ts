import type { Context } from 'hono';
import { generateCookie, getCookie } from 'hono/cookie';
import type { Caller } from '../../domain/access/api-key.ts';
import { Refusal } from '../../domain/refusal.ts';
import { openSession, type PageSession, sealSession, sessionMs } from '../../services/access/page-sessions.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { admit } from '../operation/admit.ts';
import { adminCaller } from '../operation/auth.ts';
import { baseOf } from '../operation/input.ts';
import { limitRequest } from '../operation/rate-limit.ts';

/** Only pages read it. The API accepts a key in `Authorization` and nothing else, so that no form of another site can use it. */
const cookieName = 'outturn_session';

/** Who reads a page: with a session, with a key, or without either. */
export type Reader = { readonly caller: Caller | null; readonly session: PageSession | null };

/**
 * Identifies the reader of a page and counts the request, as `admit` does. A session that is not valid counts as none. If the page
 * `isOpen`, nobody has to be signed in.
 */
export async function admitReader(http: HttpDeps, c: Context<HttpEnv>, isOpen = false): Promise<Reader> {
  const session = await findSession(http, c);
  if (session !== null) {
    c.set('caller', session.caller);
    await limitRequest(http, c, session.caller);
    return { caller: session.caller, session };
  }
  if (!isOpen) return { caller: await admit(http, c, 'read'), session };
  await limitRequest(http, c, null);
  return { caller: null, session };
}

/** A request with a key is of the owner of the key, whatever its session. */
async function findSession(http: HttpDeps, c: Context<HttpEnv>): Promise<PageSession | null> {
  const sealed = getCookie(c, cookieName);
  if (sealed === undefined || c.req.header('authorization') !== undefined) return null;
  return await openSession(http.services, sealed, accessOf(http));
}

/** The header fields that make a browser keep a session of a caller. */
export function beginSession(http: HttpDeps, c: Context<HttpEnv>, caller: Caller): Record<string, string> {
  const sealed = sealSession(http.services, caller, accessOf(http));
  return { 'set-cookie': generateCookie(cookieName, sealed, { ...cookieOptions(http, c), maxAge: sessionMs / 1000 }) };
}

/** The header fields that make a browser forget its session. */
export function endSession(http: HttpDeps, c: Context<HttpEnv>): Record<string, string> {
  return { 'set-cookie': generateCookie(cookieName, '', { ...cookieOptions(http, c), maxAge: 0 }) };
}

/** A proxy may serve the service under a path, and terminate TLS. */
function cookieOptions(http: HttpDeps, c: Context<HttpEnv>) {
  const { pathname, protocol } = new URL(baseOf(http, c));
  return { path: pathname, secure: protocol === 'https:', httpOnly: true, sameSite: 'Strict' } as const;
}

function accessOf({ adminKeyHash }: HttpDeps) {
  return { adminCaller, adminKeyHash };
}

/**
 * Refuses with `forbidden` a form that a page of another site has sent. Browsers say so in `Sec-Fetch-Site` and `Origin`; what
 * sends neither is no browser, and has no session that could be misused.
 */
export function requireOwnForm(http: HttpDeps, c: Context<HttpEnv>): void {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const isOwn =
    (site === undefined || site === 'same-origin') &&
    (origin === undefined || site === 'same-origin' || origin === new URL(baseOf(http, c)).origin);
  if (!isOwn) throw new Refusal('forbidden', 'this form was sent by a page of another site; open the page here');
}
