// The pages against the JSON documents with the same data, from a running service with the predictions of the seed.
// Usage: node bench/pages.mjs <base URL> [requests]
// Prints medians in milliseconds: of the page when it is rendered (the requests of the documents between two of them end what
// is kept on the embedded database), of the documents together, of the first document, and of the page when it is kept.
const [base, requests = '60'] = process.argv.slice(2);
const warmUps = 10;

async function read(path, accept) {
  const began = performance.now();
  const response = await fetch(base + path, { headers: { accept, 'accept-encoding': 'identity' } });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${path} answers ${response.status}`);
  return { text, ms: performance.now() - began };
}

const json = async (path) => JSON.parse((await read(path, 'application/json')).text);
const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

async function measure(page, documents) {
  const times = { page: [], documents: documents.map(() => []), kept: [] };
  for (let n = -warmUps; n < Number(requests); n += 1) {
    const row = [await read(page, 'text/html')];
    for (const path of documents) row.push(await read(path, 'application/json'));
    if (n < 0) continue;
    times.page.push(row[0].ms);
    for (const [index, { ms }] of row.slice(1).entries()) times.documents[index].push(ms);
  }
  for (let n = 0; n < Number(requests); n += 1) times.kept.push((await read(page, 'text/html')).ms);
  const each = times.documents.map(median);
  return {
    page: median(times.page),
    all: each.reduce((sum, ms) => sum + ms, 0),
    first: each[0],
    kept: median(times.kept),
  };
}

const predictor = (await json('/v1/predictors')).data.find(({ name }) => name === 'Alberto Romero').id;
const source = (await json('/v1/predictions/gpt-5-never-released')).source.id;
const around = (slug) => ['', '/explanation', '/history', '/forecasts'].map((part) => `/v1/predictions/${slug}${part}`);
const lists = [
  '/v1/predictions?limit=25',
  '/v1/predictions?status=open&sort=resolve_by&limit=5',
  '/v1/predictions?status=proposed,disputed&limit=5',
  '/v1/resolutions?limit=15',
];
const pages = {
  'the board with a filter': ['/?status=resolved', ['/v1/predictions?status=resolved&limit=25']],
  'the whole board': ['/', lists],
  'a resolved prediction': ['/predictions/gpt-5-never-released', around('gpt-5-never-released')],
  'an open prediction': ['/predictions/o5-arrives', around('o5-arrives')],
  'a predictor': [
    `/predictors/${predictor}`,
    [`/v1/predictors/${predictor}/scorecard`, `/v1/predictions?predictor=${predictor}&limit=20`],
  ],
  'a source': [`/sources/${source}`, [`/v1/sources/${source}`, `/v1/predictions?source=${source}&limit=40`]],
  'the releases': ['/releases', ['/v1/releases?limit=80']],
};
console.log('page, documents, first, page/documents, page/first, kept');
for (const [name, [page, documents]] of Object.entries(pages)) {
  const { page: ms, all, first, kept } = await measure(page, documents);
  const numbers = [ms, all, first, ms / all, ms / first, kept];
  console.log(name.padEnd(26), ...numbers.map((value) => value.toFixed(1).padStart(6)));
}
