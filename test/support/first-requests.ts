import type { Ask, Json } from './http-client.ts';
import { parametersOf } from './inline-refs.ts';

/** The request that Swagger UI sends for an operation if the user changes none of the values that it fills in. */
export type FirstRequest = { readonly target: string; readonly ask: Ask };

/** The value that Swagger UI fills in for a parameter (`parameter-row.jsx`): an example or the default, if any. */
function prefilled(parameter: Json): unknown {
  const example = Object.values<Json>(parameter.examples ?? {})[0]?.value;
  return example ?? parameter.example ?? parameter.schema?.example ?? parameter.schema?.default;
}

/**
 * Builds the first request of an operation. `ids` has the ids to use in place of examples, by the path of the resource.
 */
export function firstRequest(
  document: Json,
  { path, method }: { path: string; method: string },
  ids: Readonly<Record<string, string>> = {},
): FirstRequest {
  const operation = document.paths[path][method];
  const headers: Record<string, string> = {};
  const query = new URLSearchParams();
  let filled = path;
  for (const parameter of parametersOf(document, operation)) {
    const value =
      parameter.in === 'path' ? (ids[path.split('/{')[0] ?? ''] ?? prefilled(parameter)) : prefilled(parameter);
    if (value === undefined) {
      if (parameter.required === true) throw new Error(`${method} ${path} has no value for ${parameter.name}`);
      continue;
    }
    if (parameter.in === 'path') filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(String(value)));
    if (parameter.in === 'query') query.set(parameter.name, String(value));
    if (parameter.in === 'header') headers[parameter.name] = String(value);
  }
  const [type, media] = Object.entries<Json>(operation.requestBody?.content ?? {})[0] ?? [];
  if (type !== undefined) headers['content-type'] = type;
  const search = query.size === 0 ? '' : `?${query}`;
  return {
    target: `${method.toUpperCase()} ${filled}${search}`,
    ask: {
      headers,
      headOnly: operation.operationId === 'streamEvents',
      ...(media?.example === undefined ? {} : { body: JSON.stringify(media.example, null, 2) }),
    },
  };
}
