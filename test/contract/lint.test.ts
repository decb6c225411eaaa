import { beforeAll, expect, test } from 'vitest';
import { documentPath, runTool, writeDocument } from './support/tools.ts';

/** What the tool itself gives; that many findings are enough to see what is wrong. */
const findingsShown = 40;
const scoreMin = 89;

beforeAll(writeDocument);

type Finding = { readonly code: string; readonly message: string; readonly path: readonly (string | number)[] };

test('Spectral finds nothing, by every rule for OpenAPI and by those of OWASP', async () => {
  const args = ['-r', 'spectral.yaml', '--fail-severity', 'hint', '--format', 'json', '--quiet'];
  const { code, output, stdout } = await runTool('spectral', 'lint', documentPath, ...args);
  const findings: Finding[] = stdout.trimStart().startsWith('[') ? JSON.parse(stdout) : [];
  const lines = findings.map(({ code: rule, message, path }) => `${path.join(' › ')}: ${message} (${rule})`);
  expect(
    lines.slice(0, findingsShown),
    'describe what is found in src/http; what holds of every schema is said in src/http/openapi/bounds.ts',
  ).toEqual([]);
  expect([code, output]).toEqual([0, expect.any(String)]);
});

test('Redocly finds nothing, by its strictest rules and those of problems, parameters and headers', async () => {
  const { code, output } = await runTool('redocly', 'lint', documentPath, '--config', 'redocly.yaml');
  expect(code, `correct what is found in src/http, then run this again:\n${output}`).toBe(0);
});

test(`Redocly's score is ${scoreMin} or more`, async () => {
  const { stdout, output } = await runTool(
    'redocly',
    'score',
    documentPath,
    '--config',
    'redocly.yaml',
    '--format=json',
  );
  const start = stdout.indexOf('{');
  expect(start, `no score was printed:\n${output}`).toBeGreaterThanOrEqual(0);
  const { agentReadiness, hotspots } = JSON.parse(stdout.slice(start));
  const worst = JSON.stringify(hotspots, null, 1);
  expect(
    agentReadiness,
    `describe every property, give examples, take fewer parameters and nest less; the worst operations are:\n${worst}`,
  ).toBeGreaterThanOrEqual(scoreMin);
});
