import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../package-root.ts';

/** A page of `docs`. */
type Guide = { readonly name: string; readonly title: string; readonly summary: string };

export type GuideGroup = { readonly title: string; readonly guides: readonly Guide[] };

/** The pages of `docs` that are served, in reading order. The titles are those of the pages. */
export const guideGroups: readonly GuideGroup[] = [
  {
    title: 'Predictions and scores',
    guides: [
      { name: 'criteria', title: 'Criteria', summary: 'How to state, as data, what would settle a claim.' },
      { name: 'forecasts', title: 'Forecasts and scores', summary: 'Probabilities, and how accurate predictors are.' },
      {
        name: 'judging',
        title: 'Judged claims',
        summary: 'Panels, cases and sealed votes for what no feed can settle.',
      },
      { name: 'models', title: 'Models and releases', summary: 'What the evidence says about a model.' },
      { name: 'lifecycle', title: 'Ends of models', summary: 'When ids stop working, who says so, and what moved.' },
      { name: 'seed', title: 'Seed files', summary: 'Record predictions and their sources from a file.' },
      { name: 'glossary', title: 'Glossary', summary: 'The terms of the API and of these pages.' },
    ],
  },
  {
    title: 'Use the API',
    guides: [
      { name: 'scan', title: 'Scan a repository', summary: 'Find the model ids in code, and when they end.' },
      { name: 'clients', title: 'Clients', summary: 'Generate clients from the OpenAPI document.' },
      { name: 'webhooks', title: 'Webhooks', summary: 'Subscribe to events, and receive and verify messages.' },
      {
        name: 'versioning',
        title: 'Versioning',
        summary: 'What can change within v1, and how removals are announced.',
      },
    ],
  },
  {
    title: 'Run the service',
    guides: [
      { name: 'configuration', title: 'Configuration', summary: 'The environment variables.' },
      { name: 'operations', title: 'Operations', summary: 'Deployment, backups, upgrades and monitoring.' },
      { name: 'performance', title: 'Performance', summary: 'What requests cost, and how that grows.' },
      { name: 'feeds', title: 'Feeds', summary: 'The published lists that are polled, and how to add one.' },
      { name: 'identity', title: 'Model identity', summary: 'How published names become models.' },
    ],
  },
  {
    title: 'Evidence',
    guides: [
      { name: 'accuracy', title: 'Accuracy', summary: 'How late feeds list models, and how that is measured.' },
      { name: 'coverage', title: 'Measured coverage', summary: 'The measurement of every origin and vendor.' },
      { name: 'scan-precision', title: 'Precision of scans', summary: 'How many reported names are ids, with lists.' },
      { name: 'backtest', title: 'Backtests', summary: 'Replay archived payloads and count the errors.' },
    ],
  },
];

export const guides: readonly Guide[] = guideGroups.flatMap((group) => group.guides);

const names: ReadonlySet<string> = new Set(guides.map(({ name }) => name));

export function readGuide(name: string): string {
  return readFileSync(join(packageRoot(), 'docs', `${name}.md`), 'utf8');
}

/** The files outside `docs` that the service serves: from the link in the Markdown to the address on a guide's page. */
const servedElsewhere: ReadonlyMap<string, string> = new Map([['../openapi.yaml', '../../openapi.yaml']]);

/**
 * Converts the address of a link in a guide's Markdown to the address on its page. Guides are served without `.md`.
 * Null for files that are not served and for addresses that are neither relative nor web addresses.
 */
export function rewriteGuideLink(target: string): string | null {
  if (/^(https?:\/\/|mailto:|#)/i.test(target)) return target;
  const [path = '', ...fragments] = target.split('#');
  const fragment = fragments.map((text) => `#${text}`).join('');
  const name = /^(?:\.\/)?([\w-]+)\.md$/.exec(path)?.[1];
  if (name !== undefined) return names.has(name) ? `${name}${fragment}` : null;
  const elsewhere = servedElsewhere.get(path);
  return elsewhere === undefined ? null : `${elsewhere}${fragment}`;
}
