import { Hono } from 'hono';
import type { HttpDeps, HttpEnv } from './deps.ts';
import { answerError, answerProblem, buildProblem } from './operation/errors.ts';
import type { Operation } from './operation/operation.ts';
import { operations } from './operations.ts';
import { addHeaders, logRequests, nameRequests, optionsHeaders } from './server/headers.ts';
import { methodsByPath, routeOf } from './server/methods.ts';
import { addPages } from './server/pages.ts';

/** The whole HTTP floor. It listens nowhere yet: see `serveApp`. */
export function createApp(http: HttpDeps, offered: readonly Operation[] = operations): Hono<HttpEnv> {
  const app = new Hono<HttpEnv>();
  app.use(nameRequests(http), logRequests(http), addHeaders);
  app.use(async (c, next) => {
    if (c.req.method !== 'OPTIONS') return await next();
    const methods = allowed(c.req.path);
    return methods.length === 0 ? c.notFound() : c.body(null, 204, optionsHeaders(methods));
  });
  for (const operation of offered) {
    app.on(operation.spec.method.toUpperCase(), routeOf(operation.spec.path), (c) => operation.run(http, c));
  }
  addPages(app);
  const allowed = methodsByPath(app.routes);
  app.onError((error, c) => answerError(error, c, http));
  app.notFound((c) => {
    const methods = allowed(c.req.path);
    const requestId = c.get('requestId');
    if (methods.length === 0)
      return answerProblem(c, buildProblem('not_found', `there is nothing at ${c.req.path.slice(0, 200)}`, requestId));
    const detail = `${c.req.method} is not supported here; ${methods.join(', ')} are`;
    return answerProblem(c, buildProblem('method_not_allowed', detail, requestId), { allow: methods.join(', ') });
  });
  return app;
}
