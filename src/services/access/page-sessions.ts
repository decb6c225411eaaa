import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Caller } from '../../domain/access/api-key.ts';
import { hourMs } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Deps } from '../deps.ts';
import { identifyCallerById } from './api-keys.ts';

/** How long a person stays signed in. */
export const sessionMs = 12 * hourMs;

/** What a sealed session is bound to, so that no other sealed text is one. */
const owner = 'page session';
const adminId = 'admin';
const formTokenBytes = 18;

/**
 * A person who has signed in to the pages with a key. The browser keeps the session, sealed with OUTTURN_SECRET, so that every
 * node can read it. It names the key and does not contain it.
 */
export type PageSession = {
  readonly caller: Caller;
  /** What a form must contain: a site that makes a browser send a request cannot know it. */
  readonly formToken: string;
};

const contentSchema = z.strictObject({
  key: z.string(),
  /** Of the admin key, which has no row: another one ends its sessions. */
  adminKey: z.string().nullable(),
  formToken: z.string(),
  endsAt: z.number(),
});

type Access = { readonly adminCaller: Caller; readonly adminKeyHash: string };

/** The text of a new session of a caller. */
export function sealSession(deps: Deps, caller: Caller, { adminKeyHash }: Access): string {
  const content: z.output<typeof contentSchema> = {
    key: caller.id,
    adminKey: caller.id === adminId ? fingerprint(adminKeyHash) : null,
    formToken: randomBytes(formTokenBytes).toString('base64url'),
    endsAt: deps.now() + sessionMs,
  };
  return deps.webhooks.vault.seal(JSON.stringify(content), owner);
}

/** The session of a text; null if it has ended, was not sealed here, or its key is no longer valid. */
export async function openSession(deps: Deps, sealed: string, access: Access): Promise<PageSession | null> {
  const text = deps.webhooks.vault.open(sealed, owner);
  if (text === null) return null;
  const content = contentSchema.parse(JSON.parse(text));
  if (content.endsAt <= deps.now()) return null;
  const caller = await callerOf(deps, content, access);
  return caller === null ? null : { caller, formToken: content.formToken };
}

async function callerOf(
  deps: Deps,
  { key, adminKey }: { readonly key: string; readonly adminKey: string | null },
  { adminCaller, adminKeyHash }: Access,
): Promise<Caller | null> {
  if (key === adminId) return adminKey === fingerprint(adminKeyHash) ? adminCaller : null;
  try {
    return await identifyCallerById(deps, key);
  } catch (error) {
    if (error instanceof Refusal && (error.code === 'unauthorized' || error.code === 'not_found')) return null;
    throw error;
  }
}

/** Refuses with `forbidden` unless a form has the token of the session. */
export function requireFormToken(session: PageSession, given: string): void {
  const [a, b] = [session.formToken, given].map((token) => createHash('sha256').update(token).digest());
  if (a === undefined || b === undefined || !timingSafeEqual(a, b))
    throw new Refusal('forbidden', 'this form belongs to another session; open the page again and repeat');
}

function fingerprint(hash: string): string {
  return createHash('sha256').update(`${owner} ${hash}`).digest('base64url');
}
