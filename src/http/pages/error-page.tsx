import type { Context } from 'hono';
import type { HttpDeps, HttpEnv } from '../deps.ts';
import { buildProblem, type Problem, problemOf, refusalHeaders, respondWithProblem } from '../operation/errors.ts';
import { makeResponse } from '../operation/headers.ts';
import { baseOf, searchOf } from '../operation/input.ts';
import { renderPage } from './layout.tsx';
import { Link } from './links.tsx';
import { pagePolicy } from './policy.ts';
import { rootOf, type Site } from './site.ts';

/** Responds to a client that wants JSON from the address of a page: it says where the API has the same data. */
export function respondNotAcceptable(http: HttpDeps, c: Context<HttpEnv>, api: string): Response {
  const base = baseOf(http, c);
  const detail = `${c.req.path.slice(0, 200)} is an HTML page; ${base}${api} has the same data as JSON`;
  return respondWithProblem(c, buildProblem('not_acceptable', detail, c.get('requestId')), {
    link: `<${base}${api}>; rel="alternate"; type="application/json"`,
    vary: 'Accept',
  });
}

/** Responds to anything thrown while a page was made. */
export function respondWithErrorPage(error: unknown, c: Context<HttpEnv>, http: HttpDeps): Response {
  return sendErrorPage(c, http, problemOf(error, c, http));
}

/** A problem as a page. An invalid query has the status 400, because the address of a page is no JSON document. */
export function sendErrorPage(
  c: Context<HttpEnv>,
  http: HttpDeps,
  problem: Problem,
  more: Readonly<Record<string, string>> = {},
): Response {
  const status = problem.code === 'validation_failed' ? 400 : problem.status;
  const search = searchOf(c);
  const isReadable = problem.code !== 'unauthorized';
  const site: Site = {
    path: c.req.path,
    search,
    root: rootOf(c.req.path),
    base: baseOf(http, c),
    session: null,
    isReadable,
    isPublic: http.publicRead,
  };
  const { title, advice } = wordsOf(problem);
  const html = renderPage(
    {
      title,
      description: title,
      isUnlisted: true,
      content: <ErrorContent problem={problem} status={status} title={title} advice={advice} />,
    },
    site,
  );
  return makeResponse(c, html, {
    status,
    headers: {
      ...refusalHeaders(c, problem),
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': pagePolicy,
      vary: 'Accept, Authorization, Cookie',
      ...more,
    },
  });
}

type Words = { readonly title: string; readonly advice: 'board' | 'sign in' | 'wait' | 'query' };

function wordsOf({ code }: Problem): Words {
  switch (code) {
    case 'not_found':
      return { title: 'There is nothing here', advice: 'board' };
    case 'unauthorized':
      return { title: 'Sign in to read this', advice: 'sign in' };
    case 'forbidden':
      return { title: 'Your key does not allow this', advice: 'sign in' };
    case 'rate_limited':
      return { title: 'Too many requests', advice: 'wait' };
    case 'service_unavailable':
      return { title: 'The service is not available', advice: 'wait' };
    case 'validation_failed':
    case 'invalid_cursor':
    case 'bad_request':
      return { title: 'The address is not valid', advice: 'query' };
    default:
      return { title: 'Something went wrong', advice: 'board' };
  }
}

type ErrorProps = Words & { readonly problem: Problem; readonly status: number };

function ErrorContent({ problem, status, title, advice }: ErrorProps) {
  return (
    <div class="error-page">
      <p class="error-status">{status}</p>
      <h1>{title}</h1>
      <p class="said">{problem.detail}</p>
      {problem.errors === undefined ? null : (
        <ul>
          {problem.errors.map(({ pointer, detail }) => (
            <li class="said">
              <code>{pointer.replace(/^#\/?/, '') || 'query'}</code> {detail}
            </li>
          ))}
        </ul>
      )}
      <Advice advice={advice} />
      <p class="muted">
        Request <code>{problem.request_id}</code>
      </p>
    </div>
  );
}

function Advice({ advice }: Pick<Words, 'advice'>) {
  switch (advice) {
    case 'board':
      return (
        <p>
          <Link to="/">The board</Link> lists every prediction.
        </p>
      );
    case 'query':
      return (
        <p>
          <Link to="/">Start again at the board</Link>, without filters.
        </p>
      );
    case 'wait':
      return <p>Wait a moment, then reload the page.</p>;
    case 'sign in':
      return (
        <p>
          This service is not public. <Link to="/sign-in">Sign in with a key</Link>.
        </p>
      );
  }
}
