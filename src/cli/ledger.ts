import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ownModel } from '../domain/evidence/coverage-measure.ts';
import { compareLedger, type LedgerDate, type LedgerDisagreement } from '../domain/evidence/ledger-check.ts';
import { parseLedger } from '../domain/feeds/adapters/ledger.ts';
import { readStatedRelease } from '../domain/feeds/stated-date.ts';
import { modelKey } from '../domain/identity/model-id.ts';
import { type IdentityTable, readIdentityTable } from '../domain/identity/table.ts';
import { packageRoot } from '../package-root.ts';

import { measureArchive } from './coverage-archive.ts';
import { readJsonFile } from './json-file.ts';
import { renderTable } from './table.ts';

export type LedgerCheck = {
  readonly entries: number;
  /** Entries whose id the identity data does not read as a language model. They are not compared. */
  readonly unread: readonly string[];
  readonly disagreements: readonly LedgerDisagreement[];
};

/** Compares the ledger with the archives of a directory: different dates, early listings, missing models. */
export function checkLedger(directory: string): LedgerCheck {
  const root = packageRoot();
  const identity = readIdentityTable(readJsonFile(join(root, 'data', 'identity.json')));
  const { items } = parseLedger(readFileSync(join(root, 'data', 'ledger.json')));
  const dates = new Map<string, LedgerDate>();
  const unread: string[] = [];
  for (const { name, host, stage, released } of items) {
    const model = keyOf(identity, name, host);
    if (model === null) unread.push(name);
    const stated = released === undefined ? null : readStatedRelease(released);
    if (model === null || stage === 'announced' || stage === 'limited' || stated === null) continue;
    const kept = dates.get(model);
    if (kept === undefined || stated.interval.from < kept.interval.from)
      dates.set(model, { model, id: name, interval: stated.interval });
  }
  const { records } = measureArchive(root, directory, identity);
  // The ledger itself, and feeds that repeat it, are not independent.
  const others = records.filter(({ origin }) => origin !== 'outturn-ledger');
  return { entries: items.length, unread, disagreements: compareLedger([...dates.values()], others) };
}

function keyOf(identity: IdentityTable, name: string, host: string | null): string | null {
  const model = ownModel(identity, 'ledger', { name, host });
  return model === null ? null : modelKey(model);
}

const headings: Readonly<Record<LedgerDisagreement['kind'], string>> = {
  date: 'Dates that differ',
  listed_before: 'Listed before the release',
  not_in_ledger: 'Not in the ledger',
};

export function renderLedgerCheck({ entries, unread, disagreements }: LedgerCheck): string {
  const kinds: readonly LedgerDisagreement['kind'][] = ['date', 'listed_before', 'not_in_ledger'];
  return [
    `${entries} entries, ${unread.length} of them not read as language models${unread.length === 0 ? '' : `: ${unread.join(', ')}`}`,
    ...kinds.flatMap((kind) => {
      const rows = disagreements.filter((row) => row.kind === kind);
      const cells = rows.map(({ model, origin, ledger, feed }) => [model, ledger ?? '', origin, feed]);
      return [
        '',
        `${headings[kind]}: ${rows.length}`,
        ...renderTable([['model', 'ledger', 'origin', 'feed'], ...cells]),
      ];
    }),
  ].join('\n');
}
