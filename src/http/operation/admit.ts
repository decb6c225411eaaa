import type { Context } from 'hono';
import type { Caller } from '../../domain/access/api-key.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { type Access, authenticate } from './auth.ts';
import { limitRequest } from './rate-limit.ts';

/**
 * Identifies the caller and counts the request against its key, even if the key lacks the scope. A request with an
 * invalid key is counted against its address, to prevent guessing.
 */
export async function admit(http: HttpDeps, c: Context<HttpEnv>, access: Access): Promise<Caller | null> {
  if (access === 'open') return null;
  let caller: Caller | null;
  try {
    caller = await authenticate(http, c, access);
  } catch (error) {
    if (error instanceof Refusal) await limitRequest(http, c, c.get('caller') ?? null);
    throw error;
  }
  await limitRequest(http, c, caller);
  return caller;
}
