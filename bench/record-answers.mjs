// What the API answers, so that two versions of the program can be compared: "every change keeps the answers".
// Usage: node bench/record-answers.mjs record <base URL> <file>     records some thousand responses of a running service
//        node bench/record-answers.mjs compare <file> <file>        lists what differs; exits with 1 if something does
// To compare two commits, start each of them on a copy of one database, with OUTTURN_FEEDS=none so that nothing polls.
// Members that only one of two versions has are reported by name, once each, and are not differences.
import { readFileSync, writeFileSync } from 'node:fs';

/** Moments of lists and predictions: from before the first evidence of the seed until now. */
const moments = [
  ...Array.from({ length: 30 }, (_, month) => new Date(Date.UTC(2024, 6 + month, 1 + (month % 27))).toISOString()),
  '2025-08-07T17:00:00.000Z',
  '2025-12-31T23:59:59.999Z',
].filter((moment) => Date.parse(moment) < Date.now());

const listQueries = [
  '',
  'status=open',
  'status=resolved',
  'status=proposed,disputed',
  'outcome=no',
  'vendor=openai',
  'q=gpt',
  'q=o3',
];
const sorts = ['-recorded_at', 'made_at', 'resolve_by', '-resolve_by', 'resolved_at', '-resolved_at'];

async function record(base, file) {
  const answers = {};
  const read = async (path) => {
    const response = await fetch(base + path);
    const text = await response.text();
    answers[path] = {
      status: response.status,
      body: response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text,
    };
    return answers[path].body;
  };
  const { data } = await read('/v1/predictions?limit=200');
  for (const { id, slug } of data) {
    for (const path of [
      `/v1/predictions/${slug}`,
      `/v1/predictions/${id}/explanation`,
      `/v1/predictions/${id}/resolutions`,
      `/v1/predictions/${id}/history`,
    ])
      await read(path);
    for (const moment of moments) await read(`/v1/predictions/${slug}?as_of=${moment}`);
    for (const moment of moments.filter((_, index) => index % 4 === 0))
      await read(`/v1/predictions/${slug}/explanation?as_of=${moment}`);
  }
  for (const query of listQueries) {
    for (const sort of sorts) {
      await read(`/v1/predictions?sort=${sort}&${query}`);
      for (const moment of moments.filter((_, index) => index % 8 === 0))
        await read(`/v1/predictions?sort=${sort}&${query}&as_of=${moment}`);
    }
  }
  for (const path of [
    '/v1/models?limit=200',
    '/v1/releases?limit=200',
    '/v1/resolutions?limit=200',
    '/v1/tags',
    '/v1/sources',
    '/v1/predictors',
    '/calendar.ics',
  ])
    await read(path);
  for (const { id } of (await read('/v1/predictors')).data) await read(`/v1/predictors/${id}/scorecard`);
  for (const moment of moments.filter((_, index) => index % 4 === 0))
    await read(`/v1/models?limit=200&as_of=${moment}`);
  writeFileSync(file, JSON.stringify(answers));
  console.log(`${Object.keys(answers).length} responses in ${file}`);
}

/** Changes with every evaluation, or with the time of the request. */
const moving = new Set(['request_id', 'next_cursor', 'DTSTAMP']);

function compare(oneFile, otherFile) {
  const [one, other] = [oneFile, otherFile].map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const only = new Map();
  const differing = [];
  for (const path of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = [];
    walk(one[path], other[path], '', { found, only, path });
    if (found.length > 0) differing.push({ path, found });
  }
  for (const [member, { count, example }] of only)
    console.log(`only one version has ${member}: ${count} times, such as ${example}`);
  for (const { path, found } of differing.slice(0, 100))
    console.log(path, ...found.slice(0, 5).map((text) => `\n  ${text}`));
  console.log(`${Object.keys(one).length} and ${Object.keys(other).length} responses, ${differing.length} differ`);
  process.exitCode = differing.length === 0 ? 0 : 1;
}

function walk(a, b, at, context) {
  if (JSON.stringify(a) === JSON.stringify(b)) return;
  const isObject = (value) => typeof value === 'object' && value !== null;
  if (!isObject(a) || !isObject(b) || Array.isArray(a) !== Array.isArray(b))
    return void context.found.push(`${at}: ${JSON.stringify(a)?.slice(0, 200)} / ${JSON.stringify(b)?.slice(0, 200)}`);
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (moving.has(name)) continue;
    if (!Array.isArray(a) && name in a !== name in b) note(name, at, context);
    else walk(a[name], b[name], `${at}/${name}`, context);
  }
}

function note(name, at, { only, path }) {
  const member = `${at.replaceAll(/\/\d+/g, '/*')}/${name}`;
  const known = only.get(member) ?? { count: 0, example: `${path} ${at}` };
  only.set(member, { ...known, count: known.count + 1 });
}

const [command, ...args] = process.argv.slice(2);
if (command === 'record' && args.length === 2) await record(...args);
else if (command === 'compare' && args.length === 2) compare(...args);
else {
  console.error('usage: record <base URL> <file> | compare <file> <file>');
  process.exitCode = 2;
}
