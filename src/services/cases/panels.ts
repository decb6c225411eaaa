import { type PanelRules, panelProblems } from '../../domain/cases/panel-rules.ts';
import { Refusal, type RefusalDetail } from '../../domain/refusal.ts';
import { findApiKey } from '../../store/api-keys.ts';
import type { Sql } from '../../store/db.ts';
import {
  findPanel,
  insertPanel,
  type ListedPanel,
  listPanels as listPanelRows,
  type PanelRow,
} from '../../store/panels.ts';
import { findPredictor } from '../../store/predictors.ts';
import { apiKeyStatus } from '../access/api-keys.ts';
import type { Deps } from '../deps.ts';

export type { PanelRow } from '../../store/panels.ts';

/** The id of the admin key of the environment, which is not in the list of keys but may be a member. */
const adminKeyId = 'admin';

/**
 * Creates a panel, or the next version of the panel with this name. Cases keep the version with which they were opened. Refuses
 * with `validation_failed` rules that can never decide, and members that do not exist.
 */
export async function createPanel(
  deps: Deps,
  { name, rules }: { readonly name: string; readonly rules: PanelRules },
  createdBy: string,
): Promise<PanelRow> {
  return await deps.db.begin(async (tx) => {
    const problems = [...panelProblems(rules), ...(await memberProblems(tx, deps, rules))];
    if (problems.length > 0)
      throw new Refusal(
        'validation_failed',
        'the rules of the panel cannot be used; change what errors lists',
        problems,
      );
    const newest = await findPanel(tx, name);
    const version = newest === null ? 1 : newest.version + 1;
    const panel = { id: deps.newId('pan'), name, version, rules, createdAt: deps.now(), createdBy };
    if (!(await insertPanel(tx, panel)))
      throw new Refusal(
        'conflict',
        `version ${version} of the panel was created in the meantime; send the request again`,
      );
    return panel;
  });
}

async function memberProblems(tx: Sql, deps: Deps, { members }: PanelRules): Promise<RefusalDetail[]> {
  const problems: RefusalDetail[] = [];
  for (const [index, { keyId, predictorId }] of members.entries()) {
    const key = keyId === adminKeyId ? null : await findApiKey(tx, keyId);
    const status = key === null ? null : apiKeyStatus(key, deps.now());
    if (keyId !== adminKeyId && status !== 'active') {
      const detail = `the key ${keyId} ${status === null ? 'does not exist' : `is ${status}`}; a member needs an active key, see GET /v1/api-keys`;
      problems.push({ detail, pointer: `#/members/${index}/key_id` });
    }
    if (predictorId !== null && (await findPredictor(tx, predictorId, null)) === null)
      problems.push({ detail: `there is no predictor ${predictorId}`, pointer: `#/members/${index}/predictor_id` });
  }
  return problems;
}

/** A version of a panel by id, or the newest one by name. Refuses with `not_found`. */
export async function requirePanel(db: Sql, idOrName: string): Promise<PanelRow> {
  const panel = await findPanel(db, idOrName);
  if (panel === null)
    throw new Refusal('not_found', `there is no panel ${idOrName}; GET /v1/panels lists those that exist`);
  return panel;
}

/** The same for a panel that a request refers to. Refuses with `validation_failed`. */
export async function requireReferredPanel(db: Sql, idOrName: string): Promise<PanelRow> {
  const panel = await findPanel(db, idOrName);
  if (panel !== null) return panel;
  const detail = `there is no panel ${idOrName}; create it with POST /v1/panels`;
  throw new Refusal('validation_failed', detail, [{ detail, pointer: '#/panel' }]);
}

/** Every version of every panel, or of the one with a name, in the order of creation. */
export async function listPanels(
  deps: Deps,
  page: { readonly name: string | null; readonly after: number | null; readonly limit: number },
): Promise<ListedPanel[]> {
  return await listPanelRows(deps.db.sql, page);
}
