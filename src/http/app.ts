import { type Context, Hono } from 'hono';
import type { HttpDeps, HttpEnv } from './deps.ts';
import { buildProblem, respondWithError, respondWithProblem } from './operation/errors.ts';
import type { Operation } from './operation/operation.ts';
import { operations } from './operations.ts';
import { asksForHtml } from './pages/accept.ts';
import { sendErrorPage } from './pages/error-page.tsx';
import { addSitePages } from './pages/routes.ts';
import { compressLists } from './server/compress.ts';
import { addHeaders, logRequests, nameRequests, optionsHeaders } from './server/headers.ts';
import { methodsByPath, routeOf } from './server/methods.ts';
import { addPages } from './server/pages.ts';

/** Creates the HTTP application. `serveApp` makes it listen. */
export function createApp(http: HttpDeps, served: readonly Operation[] = operations): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.use(nameRequests(http), logRequests(http), addHeaders, compressLists);
  app.use(async (c, next) => {
    const methods = allowed(c.req.path);
    if (methods.length === 0) return c.req.method === 'OPTIONS' ? await c.notFound() : await next();
    // Without this check, the router would match a path with parameters if this path does not have the method.
    if (!methods.includes(c.req.method)) return await c.notFound();
    return c.req.method === 'OPTIONS' ? c.body(null, 204, optionsHeaders(methods)) : await next();
  });
  for (const operation of served) {
    app.on(operation.spec.method.toUpperCase(), routeOf(operation.spec.path), (c) => operation.run(http, c));
  }
  if (http.services.hasPages) addSitePages(app, http);
  else app.get('/', (c) => c.redirect('docs', 302));
  addPages(app);
  const allowed = methodsByPath(app.routes);
  app.onError((error, c) => respondWithError(error, c, http));
  app.notFound((c) => respondNotFound(c, http, allowed(c.req.path)));
  return app;
}

/** The response to a path that no route matches or, if it has `methods`, that has others than the requested one. */
function respondNotFound(c: Context<HttpEnv>, http: HttpDeps, methods: readonly string[]): Response {
  const requestId = c.get('requestId');
  const isUnknown = methods.length === 0;
  const problem = isUnknown
    ? buildProblem('not_found', `there is no resource at ${c.req.path.slice(0, 200)}`, requestId)
    : buildProblem('method_not_allowed', `${c.req.method} is not supported; use ${methods.join(', ')}`, requestId);
  const headers: Record<string, string> = isUnknown ? {} : { allow: methods.join(', ') };
  const isForPeople = http.services.hasPages && !c.req.path.startsWith('/v1/') && asksForHtml(c.req.header('accept'));
  return isForPeople ? sendErrorPage(c, http, problem, headers) : respondWithProblem(c, problem, headers);
}
