import { type PanelRules, panelDefaults } from '../domain/cases/panel-rules.ts';
import type { Instant } from '../domain/instant.ts';
import type { Sql } from './db.ts';
import { json, timestamp } from './postgres-types.ts';

/** One version of a panel. */
export type PanelRow = {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly rules: PanelRules;
  readonly createdAt: Instant;
  readonly createdBy: string;
};

export type ListedPanel = PanelRow & { readonly seq: number };

function columns(db: Sql) {
  return db`id, name, version, rules, created_at as "createdAt", created_by as "createdBy", seq`;
}

/** Inserts the next version under a name. False if another transaction has inserted it. */
export async function insertPanel(db: Sql, panel: PanelRow): Promise<boolean> {
  const rows = await db`
    insert into panels (id, name, version, rules, created_at, created_by)
    values (${panel.id}, ${panel.name}, ${panel.version}, ${json(db, panel.rules)}, ${timestamp(panel.createdAt)},
      ${panel.createdBy})
    on conflict do nothing returning id`;
  return rows.length === 1;
}

/** By id, or the newest version under a name. */
export async function findPanel(db: Sql, idOrName: string): Promise<PanelRow | null> {
  const rows = await db<ListedPanel[]>`
    select ${columns(db)} from panels where id = ${idOrName} or name = ${idOrName}
    order by (id = ${idOrName}) desc, version desc limit 1`;
  return rows.map(withEveryRule)[0] ?? null;
}

/** Panels in the order of creation, every version, after a sequence number. */
export async function listPanels(
  db: Sql,
  page: { readonly name: string | null; readonly after: number | null; readonly limit: number },
): Promise<ListedPanel[]> {
  const rows = await db<ListedPanel[]>`
    select ${columns(db)} from panels
    where seq > ${page.after ?? 0} ${page.name === null ? db`` : db`and name = ${page.name}`}
    order by seq limit ${page.limit}`;
  return rows.map(withEveryRule);
}

/** Rules that versions from before them do not have. */
const laterRules = {
  voteMode: panelDefaults.voteMode,
  revealDays: panelDefaults.revealDays,
  adviser: panelDefaults.adviser,
};

function withEveryRule(panel: ListedPanel): ListedPanel {
  return { ...panel, rules: { ...laterRules, ...panel.rules } };
}
