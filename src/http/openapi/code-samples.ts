import type { Operation } from '../operation/operation.ts';

type Spec = Operation['spec'];
export type CodeSample = { readonly lang: string; readonly label: string; readonly source: string };

/** The operations with samples: those that a first integration needs. */
const sampled: ReadonlySet<string> = new Set([
  'listPredictions',
  'createPrediction',
  'getPrediction',
  'getPredictionExplanation',
  'checkCriterion',
  'createPredictionForecast',
  'listResolutions',
  'listEvents',
  'listReleases',
  'createFeed',
  'createWebhookEndpoint',
  'getPredictorScorecard',
]);

/**
 * Samples of a request, which the document of its tag contains as `x-codeSamples`. They take the address of the service and the key
 * from the environment variables OUTTURN_URL and OUTTURN_KEY. Null for operations without samples.
 */
export function codeSamplesOf(spec: Spec): readonly CodeSample[] | null {
  if (!sampled.has(spec.operationId)) return null;
  const request = {
    method: spec.method.toUpperCase(),
    path: spec.path.replaceAll(/\{(\w+)\}/g, (_found, name: string) => exampleOf(spec, name)),
    body: spec.body?.example,
    needsKey: spec.access !== 'read' && spec.access !== 'open',
  };
  return [
    { lang: 'Shell', label: 'curl', source: writeCurl(request) },
    { lang: 'TypeScript', label: 'TypeScript', source: writeTypeScript(request) },
    { lang: 'Python', label: 'Python', source: writePython(request) },
  ];
}

/** The samples of all operations that have some, by operationId. */
export function listCodeSamples(operations: readonly Operation[]): ReadonlyMap<string, readonly CodeSample[]> {
  return new Map(
    operations.flatMap(({ spec }) => {
      const samples = codeSamplesOf(spec);
      return samples === null ? [] : [[spec.operationId, samples] as const];
    }),
  );
}

type SampleRequest = {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly needsKey: boolean;
};

function exampleOf(spec: Spec, name: string): string {
  const described = Object.entries(spec.params).find(([own]) => own === name);
  return described?.[1].example ?? name;
}

function writeCurl({ method, path, body, needsKey }: SampleRequest): string {
  const lines = [`curl --fail-with-body -X ${method} "$OUTTURN_URL${path}"`];
  if (needsKey) lines.push('-H "Authorization: Bearer $OUTTURN_KEY"');
  if (body !== undefined) {
    lines.push("-H 'Content-Type: application/json'");
    // In single quotes a shell needs only the single quote itself escaped.
    lines.push(`-d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`);
  }
  return lines.join(' \\\n  ');
}

function writeTypeScript({ method, path, body, needsKey }: SampleRequest): string {
  const headers = [
    ...(needsKey ? [`authorization: \`Bearer \${env.OUTTURN_KEY}\``] : []),
    ...(body === undefined ? [] : ["'content-type': 'application/json'"]),
  ];
  const init = [
    `method: '${method}'`,
    ...(headers.length === 0 ? [] : [`headers: { ${headers.join(', ')} }`]),
    ...(body === undefined ? [] : [`body: JSON.stringify(${JSON.stringify(body)})`]),
  ];
  return [
    "import { env } from 'node:process';",
    '',
    `const response = await fetch(\`\${env.OUTTURN_URL}${path}\`, {`,
    ...init.map((line) => `  ${line},`),
    '});',
    'console.log(response.status, await response.json());',
  ].join('\n');
}

function writePython({ method, path, body, needsKey }: SampleRequest): string {
  const headers = [
    ...(needsKey ? [`"Authorization": f"Bearer {os.environ['OUTTURN_KEY']}"`] : []),
    ...(body === undefined ? [] : ['"Content-Type": "application/json"']),
  ];
  // A JSON text in a string, because Python writes null, true and false differently.
  const data = body === undefined ? [] : [`    data=${JSON.stringify(JSON.stringify(body))}.encode(),`];
  return [
    'import json, os, urllib.request',
    '',
    'request = urllib.request.Request(',
    `    os.environ["OUTTURN_URL"] + "${path}",`,
    `    method="${method}",`,
    `    headers={${headers.join(', ')}},`,
    ...data,
    ')',
    'with urllib.request.urlopen(request) as response:',
    '    print(response.status, json.load(response))',
  ].join('\n');
}
