import {
  adviserMessages,
  type Citation,
  excerptCharsMax,
  hasPassage,
  type Opinion,
  opinionJsonSchema,
  opinionProblemCharsMax,
  readAnswer,
  shownText,
} from '../../domain/cases/opinion.ts';
import { hourMs } from '../../domain/instant.ts';
import { adviserMsMax } from '../../net/ask-adviser.ts';
import { findCopy, type ListedEvidence, listCopyExcerpts, listEvidence } from '../../store/case-evidence.ts';
import { type LeasedOpinion, leaseOpinion, recordOpinion } from '../../store/case-opinions.ts';
import type { Deps } from '../deps.ts';
import { requireCase } from './cases.ts';

/** The most questions that one run asks; the next run continues. */
const questionsPerRunMax = 20;
/** How often a question is asked. */
export const adviserAttemptsMax = 3;
/** The wait after the first and the second failed attempt. */
const adviserWaitsMs = [hourMs / 60, hourMs / 6];
/** Longer than an answer and recording it may take. */
const leaseMs = adviserMsMax + 30_000;

/**
 * Asks the advisers of panels about rounds that have decided. Each question is leased, so that any number of nodes can run this at
 * once, and asked with no transaction open. A failure is recorded in place of the opinion; nothing waits for either.
 */
export async function askAdvisers(deps: Deps): Promise<{ opinions: number; failed: number }> {
  const counts = { opinions: 0, failed: 0 };
  for (let asked = 0; asked < questionsPerRunMax; asked += 1) {
    const leased = await leaseOpinion(deps.db.sql, deps.now(), leaseMs);
    if (leased === null) break;
    counts[(await askOne(deps, leased)) ? 'opinions' : 'failed'] += 1;
  }
  return counts;
}

/** True if there is an opinion. */
async function askOne(deps: Deps, leased: LeasedOpinion): Promise<boolean> {
  try {
    const result = await findOpinion(deps, leased);
    const problem =
      typeof result === 'string' ? result.replaceAll('\0', '\uFFFD').slice(0, opinionProblemCharsMax) : null;
    const opinion = typeof result === 'string' ? null : result;
    const waitMs = leased.attempt < adviserAttemptsMax ? adviserWaitsMs[leased.attempt - 1] : undefined;
    const now = deps.now();
    const dueAt = problem === null || deps.adviser === null || waitMs === undefined ? null : now + waitMs;
    await recordOpinion(deps.db.sql, leased, { opinion, problem, dueAt, now });
    return opinion !== null;
  } catch (error) {
    // The lease ends by itself, and the question is asked again then.
    deps.log.error({ case: leased.caseId, error: String(error) }, 'an adviser could not be asked; it is asked again');
    return false;
  }
}

/** The opinion, or in words why there is none. */
async function findOpinion(deps: Deps, { caseId, model, attempt }: LeasedOpinion): Promise<Opinion | string> {
  if (deps.adviser === null) return 'no adviser is configured (OUTTURN_ADVISER_URL)';
  if (attempt > adviserAttemptsMax) return `asking the adviser was interrupted ${adviserAttemptsMax} times`;
  const { question } = await requireCase(deps.db.sql, caseId);
  const packet = await listEvidence(deps.db.sql, caseId);
  const excerpts = new Map(
    (await listCopyExcerpts(deps.db.sql, caseId, excerptCharsMax)).map((row) => [row.evidenceId, row]),
  );
  const items = packet.map(({ id, stance, url, quote }) => {
    const copy = excerpts.get(id);
    const text = copy === undefined ? null : copy.mediaType === 'text/html' ? shownText(copy.content) : copy.content;
    return { id, stance, url, quote, copy: text };
  });
  const reply = await deps.adviser({
    model,
    messages: adviserMessages(question, items),
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'opinion', strict: true, schema: opinionJsonSchema },
    },
  });
  if (!reply.ok) return `the adviser did not answer: ${reply.detail}`;
  const answer = readAnswer(reply.body);
  if (answer === null) return 'the answer of the adviser does not have the form that was asked for';
  const citations: Citation[] = [];
  for (const { evidence, quote } of answer.citations)
    citations.push({ evidence, quote, found: await isInPacket(deps, packet, { evidence, quote }) });
  return { vote: answer.vote, reason: answer.reason, citations };
}

/** Whether a passage stands in the quote or the archived copy of the item that it is cited from. */
async function isInPacket(
  deps: Deps,
  packet: readonly ListedEvidence[],
  { evidence, quote }: { readonly evidence: string; readonly quote: string },
): Promise<boolean> {
  const item = packet.find(({ id }) => id === evidence);
  if (item === undefined) return false;
  if (hasPassage(item.quote, quote)) return true;
  const copy = item.copy === null ? null : await findCopy(deps.db.sql, item.caseId, evidence);
  if (copy === null) return false;
  return (
    hasPassage(copy.content, quote) || (copy.mediaType === 'text/html' && hasPassage(shownText(copy.content), quote))
  );
}
