import { watchedIdsMax, watchNamePattern, watchNameRule } from '../domain/model-watches/limits.ts';
import { describeRow } from '../domain/scan/end-text.ts';
import { failWithinDaysMax, scanLimits } from '../domain/scan/limits.ts';
import { listFailing } from '../domain/scan/report.ts';
import { renderSuggestions } from '../domain/scan/suggest.ts';
import { programVersion } from '../package-root.ts';
import { type Scan, scanFiles } from '../services/scan/scan.ts';
import type { Command, Invocation, Options } from './invocation.ts';
import { type Skipped, walkFiles } from './scan-files.ts';
import { renderScan, scanJson } from './scan-report.ts';
import { renderSarif } from './scan-sarif.ts';
import { type OpenSource, openSource } from './scan-source.ts';
import { usageError } from './usage.ts';

/** `scan <path>`: lists the model ids that a repository uses, with their ends. */
export const runScan: Command = async ({ config, args: [path], options, fail }) => {
  if (path === undefined) throw usageError('scan needs a path');
  const formats = (['json', 'sarif', 'suggest'] as const).filter((name) => options[name] === true);
  if (formats.length > 1)
    throw usageError(
      `scan takes ${formats.map((name) => `--${name}`).join(' or ')}, not ${formats.length === 2 ? 'both' : 'all'}`,
    );
  const failWithin = readFailWithin(options);
  if (options.watch !== undefined && !watchNamePattern.test(options.watch))
    throw usageError(`the name of --watch ${watchNameRule}`);
  const skipped: Skipped = { large: 0, unreadable: [], cutBy: null };
  const source = await openSource(config, options);
  try {
    const { identity, ends } = source;
    const deps = { identity, ends, limits: scanLimits, now: Date.now };
    const scan = await scanFiles(deps, walkFiles(path, scanLimits, skipped));
    reportCuts(scan, skipped, fail);
    if (options.watch !== undefined) await setWatch(source, options.watch, scan, skipped, fail);
    if (failWithin !== null) reportEnds(scan, failWithin, fail);
    if (options.json === true) return scanJson(scan, skipped);
    if (options.suggest === true) return renderSuggestions(scan.rows);
    return options.sarif === true ? renderSarif(scan.rows, programVersion()) : renderScan(scan, skipped);
  } finally {
    await source.close();
  }
};

function readFailWithin(options: Options): number | null {
  const text = options['fail-within'];
  if (text === undefined) return null;
  const days = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(days <= failWithinDaysMax))
    throw usageError(`--fail-within must be a whole number of days from 0 to ${failWithinDaysMax}`);
  return days;
}

type Fail = Invocation['fail'];

function reportCuts(scan: Scan, skipped: Skipped, fail: Fail): void {
  if (scan.isCut) fail(`there are more than ${scanLimits.findingsMax} uses of model ids; the rest was not read`);
  if (skipped.cutBy === 'files') fail(`there are more than ${scanLimits.filesMax} files; the rest was not read`);
  if (skipped.cutBy === 'depth')
    fail(`there are more than ${scanLimits.depthMax} directories inside each other; the rest was not read`);
}

/** A watch never loses ids because a scan saw only a part of the repository. */
async function setWatch(source: OpenSource, name: string, scan: Scan, skipped: Skipped, fail: Fail): Promise<void> {
  const ids = scan.rows.map(({ id }) => id).sort();
  if (scan.isCut || skipped.cutBy !== null) fail(`the watch ${name} was not changed, because the scan is not complete`);
  else if (ids.length === 0) fail(`the watch ${name} was not changed, because no ids were found`);
  else if (ids.length > watchedIdsMax) fail(`the watch ${name} was not changed: it can hold ${watchedIdsMax} ids`);
  else await source.setWatch?.(name, ids);
}

/** Failures that are listed one by one. */
const failuresShownMax = 20;

function reportEnds(scan: Scan, withinDays: number, fail: Fail): void {
  const failing = listFailing(scan.rows, withinDays);
  for (const row of failing.slice(0, failuresShownMax)) fail(describeRow(row));
  if (failing.length > failuresShownMax) fail(`${failing.length - failuresShownMax} more ids have ended or end soon`);
}
