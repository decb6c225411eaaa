import { useSite } from './site.ts';

/** Who is signed in, and the way out. Nothing for others. */
export function SignedIn() {
  const { root, session } = useSite();
  if (session === null) return null;
  return (
    <form class="signed-in" action={`${root}/sign-out`} method="post">
      <span>{session.caller.name}</span>
      <input type="hidden" name="token" value={session.formToken} />
      <button type="submit" class="plain">
        Sign out
      </button>
    </form>
  );
}
