/** The page of the API reference: Swagger UI on the document of this service. Its links are relative, because a proxy may serve it under a path. */
export const referencePage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Outturn API reference</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
<link rel="service-desc" type="application/json" href="openapi.json">
</head>
<body>
<nav><a href="docs/guides">Guides</a> <a href="docs/problems">Problems</a></nav>
<main id="reference"></main>
<noscript><p>The reference requires JavaScript. It is also available as <a href="openapi.yaml">openapi.yaml</a>.</p></noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/reference.js"></script>
</body>
</html>
`;

/** How long the reference collects the messages of an event stream before it shows them. */
const streamShownMs = 2000;

/**
 * Starts Swagger UI with the code samples of operations, which only the documents of the tags contain, after replacing the example ids in paths by ids that exist, where the service generates them. Ends
 * event streams after a moment, because Swagger UI shows a response only once it has ended.
 */
export const referenceScript = `'use strict';

async function firstId(list) {
  const response = await fetch(list.slice(1) + '?limit=1');
  return response.ok ? (await response.json()).data[0]?.id : undefined;
}

async function useExistingIds(spec) {
  const lists = ['/v1/observations', '/v1/resolutions', '/v1/sources', '/v1/predictors'];
  await Promise.all(lists.map(async (list) => {
    const id = await firstId(list).catch(() => undefined);
    if (id === undefined) return;
    for (const [path, item] of Object.entries(spec.paths)) {
      if (!path.startsWith(list + '/{id}')) continue;
      for (const operation of Object.values(item))
        for (const { $ref, ...own } of operation.parameters ?? []) {
          const parameter = $ref === undefined ? own : spec.components.parameters[$ref.split('/').at(-1)];
          if (parameter.in === 'path') parameter.schema.example = id;
        }
    }
  }));
}

async function fetchAndEndStream(url, init) {
  const response = await fetch(url, init);
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return response;
  const reader = response.body.getReader();
  const timer = setTimeout(() => reader.cancel(), ${streamShownMs});
  const decoder = new TextDecoder();
  let text = '';
  for (let part = await reader.read(); !part.done; part = await reader.read()) text += decoder.decode(part.value, { stream: true });
  clearTimeout(timer);
  const shown = new Response(text, { status: response.status, statusText: response.statusText, headers: response.headers });
  Object.defineProperty(shown, 'url', { value: response.url });
  return shown;
}

/** Swagger UI shows a nested schema by its title, or by a number if it has none. */
function addTitles(spec) {
  for (const [name, schema] of Object.entries(spec.components.schemas)) schema.title ??= name;
}

const tagDocuments = new Map();

function fetchTagDocument(tag) {
  const slug = tag.toLowerCase().replaceAll(' ', '-');
  const made = tagDocuments.get(slug) ?? fetch('openapi/' + slug + '.json').then((response) => response.json());
  tagDocuments.set(slug, made);
  return made;
}

/** Shows the code samples of an operation above its responses, once it is expanded. */
function codeSamplesPlugin(spec) {
  return ({ React: { createElement, useEffect, useState } }) => {
    const CodeSamples = ({ path, method }) => {
      const [samples, setSamples] = useState([]);
      useEffect(() => {
        const tag = spec.paths[path]?.[method]?.tags?.[0];
        if (tag === undefined) return;
        fetchTagDocument(tag)
          .then((document) => setSamples(document.paths[path][method]['x-codeSamples'] ?? []))
          .catch(() => {});
      }, [path, method]);
      if (samples.length === 0) return null;
      return createElement(
        'div',
        { className: 'code-samples opblock-section' },
        createElement('div', { className: 'opblock-section-header' }, createElement('h4', null, 'Code samples')),
        ...samples.map(({ label, source }) =>
          createElement(
            'details',
            { className: 'opblock-description-wrapper', key: label },
            createElement('summary', null, label),
            createElement('pre', { className: 'example microlight' }, createElement('code', null, source)),
          ),
        ),
      );
    };
    const beforeResponses = (Responses) => (props) =>
      createElement('div', null, createElement(CodeSamples, props), createElement(Responses, props));
    return { wrapComponents: { responses: beforeResponses } };
  };
}

async function start() {
  const spec = await (await fetch('openapi.json')).json();
  addTitles(spec);
  await useExistingIds(spec);
  const ui = SwaggerUIBundle({
    spec,
    dom_id: '#reference',
    presets: [SwaggerUIBundle.presets.apis],
    plugins: [codeSamplesPlugin(spec)],
    layout: 'BaseLayout',
    deepLinking: true,
    filter: true,
    displayRequestDuration: true,
    defaultModelExpandDepth: 2,
    validatorUrl: null,
    requestInterceptor: (request) => Object.assign(request, { userFetch: fetchAndEndStream }),
  });
  // Relative addresses in the document are relative to it.
  ui.specActions.updateUrl(new URL('openapi.json', location.href).href);
}
start();
`;
