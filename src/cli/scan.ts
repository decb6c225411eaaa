import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseLedger } from '../domain/feeds/adapters/ledger.ts';
import { readIdentityTable } from '../domain/identity/table.ts';
import { describeRow } from '../domain/scan/end-text.ts';
import { indexEnds } from '../domain/scan/find-end.ts';
import { failWithinDaysMax, scanLimits } from '../domain/scan/limits.ts';
import { listFailing } from '../domain/scan/report.ts';
import { readEndsDocument } from '../domain/scan/stated-ends.ts';
import { packageRoot } from '../package-root.ts';
import { programVersion } from '../runtime.ts';
import { makeReviewedEnds } from '../services/scan/reviewed-ends.ts';
import { type Scan, type ScanDeps, scanFiles } from '../services/scan/scan.ts';
import type { Command, Invocation, Options } from './invocation.ts';
import { readJsonFile } from './json-file.ts';
import { type Skipped, walkFiles } from './scan-files.ts';
import { renderScan, scanJson } from './scan-report.ts';
import { renderSarif } from './scan-sarif.ts';
import { usageError } from './usage.ts';

/** `scan <path>`: lists the model ids that a repository uses, with their ends. */
export const runScan: Command = async ({ args: [path], options, fail }) => {
  if (path === undefined) throw usageError('scan needs a path');
  if (options.json === true && options.sarif === true) throw usageError('scan takes --json or --sarif, not both');
  const failWithin = readFailWithin(options);
  const skipped: Skipped = { large: 0, unreadable: [], cutBy: null };
  const scan = await scanFiles(openOffline(), walkFiles(path, scanLimits, skipped));
  reportFailures(scan, skipped, failWithin, fail);
  if (options.json === true) return scanJson(scan, skipped);
  return options.sarif === true ? renderSarif(scan.rows, programVersion()) : renderScan(scan, skipped);
};

function readFailWithin(options: Options): number | null {
  const text = options['fail-within'];
  if (text === undefined) return null;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(days <= failWithinDaysMax))
    throw usageError(`--fail-within must be a whole number of days from 0 to ${failWithinDaysMax}`);
  return days;
}

/** The ends that ship with the program. */
function openOffline(): ScanDeps {
  const data = join(packageRoot(), 'data');
  const identity = readIdentityTable(readJsonFile(join(data, 'identity.json')));
  const document = readEndsDocument(readJsonFile(join(data, 'ends.json')));
  const lists = ['ledger.json', 'sdk-history/openai.json', 'sdk-history/anthropic.json'];
  const known = lists.flatMap((name) => parseLedger(readFileSync(join(data, name))).items.map((item) => item.name));
  const ends = makeReviewedEnds(indexEnds(identity, document, known));
  return { identity, ends, limits: scanLimits, now: Date.now };
}

/** Failures that are listed one by one. */
const failuresShownMax = 20;

function reportFailures(scan: Scan, skipped: Skipped, failWithin: number | null, fail: Invocation['fail']): void {
  if (scan.isCut) fail(`there are more than ${scanLimits.findingsMax} uses of model ids; the rest was not read`);
  if (skipped.cutBy === 'files') fail(`there are more than ${scanLimits.filesMax} files; the rest was not read`);
  if (skipped.cutBy === 'depth')
    fail(`there are more than ${scanLimits.depthMax} directories inside each other; the rest was not read`);
  if (failWithin === null) return;
  const failing = listFailing(scan.rows, failWithin);
  for (const row of failing.slice(0, failuresShownMax)) fail(describeRow(row));
  if (failing.length > failuresShownMax) fail(`${failing.length - failuresShownMax} more ids have ended or end soon`);
}
