import { Refusal } from '../../domain/refusal.ts';
import { requireFormToken } from '../../services/access/page-sessions.ts';
import type { HttpDeps } from '../deps.ts';
import { findCaller } from '../operation/auth.ts';
import { limitRequest } from '../operation/rate-limit.ts';
import { type Form, form } from './form.ts';
import type { Document } from './layout.tsx';
import { Link } from './links.tsx';
import { beginSession, endSession } from './session.ts';
import { useSite } from './site.ts';

/** The longest key that is looked up, and the longest address to return to. */
const keyCharsMax = 500;
const nextCharsMax = 500;

export const signInForm: Form = form({
  path: '/sign-in',
  methods: ['get', 'post'],
  isOpen: true,
  respond: async (http, c, { sent, site }) => {
    const next = nextOf(sent?.next ?? site.search.get('next'));
    if (sent === null) return { status: 200, document: signInDocument({ next, problem: null }) };
    try {
      const caller = await findCaller(http, (sent.key ?? '').trim().slice(0, keyCharsMax));
      return { goTo: next, headers: beginSession(http, c, caller) };
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'unauthorized') throw error;
      // Guesses count against the address, beside the request itself.
      await limitRequest(http, c, null);
      return { status: 422, document: signInDocument({ next, problem: error.message }) };
    }
  },
});

export const signOutForm: Form = form({
  path: '/sign-out',
  methods: ['post'],
  isOpen: true,
  respond: async (http: HttpDeps, c, { sent, session }) => {
    if (session !== null) requireFormToken(session, sent?.token ?? '');
    return { goTo: '/', headers: endSession(http, c) };
  },
});

/** A path of this service: an address of another must not be where a person lands after signing in. */
export function nextOf(text: string | null | undefined): string {
  const isOwn = text !== null && text !== undefined && /^\/(?![/\\])[!-~]*$/.test(text) && text.length <= nextCharsMax;
  return isOwn ? text : '/';
}

function signInDocument(shown: { readonly next: string; readonly problem: string | null }): Document {
  return {
    title: 'Sign in',
    description: 'Sign in with a key.',
    isUnlisted: true,
    content: <SignIn {...shown} />,
  };
}

function SignIn({ next, problem }: { readonly next: string; readonly problem: string | null }) {
  const { root, session } = useSite();
  return (
    <>
      <h1>Sign in</h1>
      <p class="lede">
        With a key of this service you can read pages that are not public and, if it has the scope <code>resolve</code>,
        decide predictions. The browser keeps a session for twelve hours, not the key.
      </p>
      {session === null ? null : <p>You are signed in as {session.caller.name}.</p>}
      {problem === null ? null : (
        <p class="problem" role="alert">
          <strong>This key was not accepted:</strong> {problem}.
        </p>
      )}
      <form class="entry" action={`${root}/sign-in`} method="post">
        <p class="field">
          <label for="key">Key</label>
          <input
            id="key"
            name="key"
            type="password"
            autocomplete="current-password"
            required
            maxlength={keyCharsMax}
            aria-describedby="key-help"
          />
          <span id="key-help" class="small muted">
            Keys begin with <code>ok_</code>. The operator of this service{' '}
            <Link to="/docs/guides/operations">creates them</Link>.
          </span>
        </p>
        <input type="hidden" name="next" value={next} />
        <p class="actions">
          <button type="submit">Sign in</button>
        </p>
      </form>
    </>
  );
}
