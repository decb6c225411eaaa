import type { OpenAPIHono } from '@hono/zod-openapi';
import type { HttpDeps, HttpEnv } from './deps.ts';
/** x */
export function addPages(app: OpenAPIHono<HttpEnv>, http: HttpDeps): void {
  app.get('/', (c) => c.redirect('/docs', 302));
  void http;
}
