import { z } from '@hono/zod-openapi';
import { voteValues } from '../../domain/cases/ballot.ts';
import { type CaseStep, caseStates, stepKinds } from '../../domain/cases/case-state.ts';
import { interestOf } from '../../domain/cases/panel-rules.ts';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { outcomes } from '../../domain/outcome.ts';
import type { CaseView } from '../../services/cases/case-view.ts';
import type { ListedCase } from '../../services/cases/cases.ts';
import { instantText } from '../operation/fields.ts';
import { evidenceSchema, evidenceToJson } from './evidence-json.ts';
import {
  caseExample,
  caseSummaryExample,
  memberExample,
  panelExample,
  receiptExample,
  voteExample,
} from './examples.ts';
import { opinionSchema, opinionToJson } from './opinion-json.ts';
import { panelSchema, panelToJson } from './panel-json.ts';

const decisionSchema = z
  .object({
    outcome: z.enum(outcomes),
    effective_at: z.string().meta({
      description: 'When the claim came true or failed: a date, a date-time or `start/end`.',
      example: voteExample.effective_at,
    }),
    basis: z.enum(['votes', 'fall_back']).meta({
      description: 'Whether the votes or the fall-back of the panel decided.',
      example: 'votes',
    }),
    provisional: z.boolean().meta({ description: 'True while the decision can be appealed.', example: true }),
    review_ends_at: instantText('When a provisional decision becomes final. Null for a final one.').nullable(),
    resolution_id: z.string().nullable().meta({ description: 'Id of the resolution. Null while it is provisional.' }),
  })
  .meta({ id: 'CaseDecision', description: 'What the panel decided.' });

export const caseSummarySchema = z
  .object({
    id: z.string().meta({ example: caseSummaryExample.id }),
    prediction: z.object({ id: z.string(), slug: z.string(), statement: z.string() }).meta({
      description: 'The prediction, with its statement when the case was opened.',
      example: caseSummaryExample.prediction,
    }),
    criterion_version: z.int().meta({ description: 'Version of the criterion that is judged.', example: 1 }),
    panel: z.string().meta({ description: 'Id of the version of the panel that judges.', example: panelExample.id }),
    state: z.enum(caseStates).meta({
      description:
        '`open`: votes are accepted. `revealing`: judges reveal the votes that they committed to. `postponed`: it was too early; voting begins again later. `decided`: the decision can be appealed. `final`: the decision is the resolution of the prediction. `superseded`: the prediction was settled or changed otherwise.',
      example: 'open',
    }),
    round: z
      .int()
      .meta({ description: 'Number of the current or last round, counted over the whole case.', example: 1 }),
    rounds_left: z.int().meta({ description: 'Rounds that may follow it before the fall-back.', example: 1 }),
    closes_at: instantText('When the votes of the round close. Null unless the case is open.').nullable(),
    reveal_ends_at: instantText('Until when votes can be revealed. Null unless the case is revealing.').nullable(),
    resumes_at: instantText('When voting begins again. Null unless the case is postponed.').nullable(),
    decision: decisionSchema.nullable().meta({ description: 'Null unless the case is decided or final.' }),
    note: z.string().nullable().meta({ description: 'Why the last step was taken, if it had a particular reason.' }),
    opened_at: instantText('When the case was opened.'),
    opened_by: z.string().meta({ description: 'Id of the key that opened it.', example: caseSummaryExample.opened_by }),
  })
  .meta({ id: 'CaseSummary', description: 'A claim before a panel.' });

const voteSchema = z
  .object({
    member: z.string().meta({ description: 'Id of the key that voted.', example: memberExample.key_id }),
    vote: z.enum(voteValues).meta({ description: 'What the member voted.', example: voteExample.vote }),
    reason: z.string().meta({ description: 'Reason, in words.', example: voteExample.reason }),
    evidence: z
      .array(z.string())
      .meta({ description: 'Ids of cited items of the packet.', example: voteExample.evidence }),
    effective_at: z.string().nullable().meta({ description: 'When the claim came true or failed.' }),
    not_before: z.string().nullable().meta({ description: 'When the panel should vote again.' }),
    interest: z.enum(['predictor', 'recorder', 'declared']).nullable().meta({
      description: 'How the member is interested in the claim. Null if it is not.',
    }),
    counted: z.boolean().meta({ description: 'False for a member with an interest that the panel does not allow.' }),
    salt: z.string().meta({ description: 'Random text that the commitment includes.', example: 'c2FsdA' }),
  })
  .meta({ id: 'CaseVote', description: 'A vote of a closed round.' });

const receiptSchema = z
  .object({
    member: z.string().meta({ description: 'Id of the key that voted.', example: receiptExample.member }),
    commitment: z.string().meta({ description: 'SHA-256 of the vote, in hex.', example: receiptExample.commitment }),
    cast_at: instantText('When it voted.'),
    revealed_at: instantText('When it revealed a committed vote. Null before, and for a sealed one.').nullable(),
  })
  .meta({ id: 'CaseReceipt', description: 'The fact that a member has voted.' });

const roundSchema = z
  .object({
    round: z.int(),
    panel: z.string().meta({ description: 'Id of the version of the panel.', example: panelExample.id }),
    opened_at: instantText('When votes began.'),
    closed_at: instantText('When votes closed. Null while the round is open.').nullable(),
    receipts: z.array(receiptSchema).meta({ description: 'Who has voted.' }),
    opinion: opinionSchema
      .nullable()
      .meta({ description: 'What the adviser of the panel says, once it was asked. Null without one.' }),
    votes: z.array(voteSchema).nullable().meta({
      description:
        'The votes, without those that were not revealed. Null until the round is decided; before that, no response contains them.',
    }),
  })
  .meta({ id: 'CaseRound', description: 'A round of voting.' });

const stepSchema = z
  .object({
    step: z.int(),
    kind: z.enum(stepKinds).meta({ description: 'What happened.', example: 'opened' }),
    at: instantText('When it happened.'),
    state: z.enum(caseStates).meta({ description: 'State of the case from then on.' }),
    round: z.int(),
    panel: z.string(),
    outcome: z.enum(outcomes).nullable().meta({ description: 'Outcome of the decision that was current then.' }),
    actor: z.string().nullable().meta({ description: 'Id of the key that caused it. Null for the clock.' }),
    note: z.string().nullable().meta({ description: 'The reason, if a particular one was given.' }),
  })
  .meta({ id: 'CaseStep', description: 'A step in the history of a case.' });

export const caseSchema = caseSummarySchema
  .extend({
    question: z
      .object({
        statement: z.string(),
        fine_print: z.string().nullable().meta({ description: 'Details of the claim. Null for none.' }),
        made_at: z.string().meta({ description: 'When the claim was made.' }),
        resolve_by: z.string().nullable().meta({ description: 'Deadline of the criterion. Null for none.' }),
        criterion_hash: z.string().meta({ description: 'SHA-256 of the criterion as canonical JSON.' }),
        criterion_text: z.string().meta({ description: 'The criterion in words.' }),
        questions: z.array(z.string()).meta({ description: 'The questions for people in the criterion.' }),
      })
      .meta({
        description: 'The claim as it was when the case was opened. It never changes.',
        example: caseExample.question,
      }),
    rules: panelSchema.meta({ description: 'The version of the panel that judges.' }),
    excluded: z
      .array(
        z.object({
          member: z.string(),
          interest: z.enum(['predictor', 'recorder', 'declared']).meta({
            description:
              '`predictor`: it made the claim. `recorder`: it recorded the claim. `declared`: it declared an interest.',
          }),
          declared: z
            .string()
            .nullable()
            .meta({ description: 'What the member declared. Null if it declared nothing.' }),
        }),
      )
      .meta({
        description: 'Members with an interest in the claim. They may not vote, unless `allow_interested` is true.',
        example: caseExample.excluded,
      }),
    evidence: z.array(evidenceSchema).meta({ description: 'The packet, in the order in which it grew.' }),
    rounds: z.array(roundSchema).meta({ description: 'Every round, oldest first.' }),
    history: z.array(stepSchema).meta({ description: 'Every step, oldest first.' }),
    links: z.object({ prediction: z.string() }).meta({ description: 'Paths.', example: caseExample.links }),
  })
  .meta({ id: 'Case', description: 'A claim before a panel, with everything that is public at its stage.' });

export type CaseJson = z.infer<typeof caseSchema>;

const instantOrNull = (at: Instant | null): string | null => (at === null ? null : formatInstant(at));

export function caseSummaryToJson(row: ListedCase): z.infer<typeof caseSummarySchema> {
  const { last } = row;
  return {
    id: row.id,
    prediction: { id: row.predictionId, slug: row.slug, statement: row.question.statement },
    criterion_version: row.criterionVersion,
    panel: last.panelId,
    state: last.state,
    round: last.round,
    rounds_left: last.roundsLeft,
    closes_at: last.state === 'open' ? instantOrNull(last.dueAt) : null,
    reveal_ends_at: last.state === 'revealing' ? instantOrNull(last.dueAt) : null,
    resumes_at: last.state === 'postponed' ? instantOrNull(last.dueAt) : null,
    decision: decisionToJson(last),
    note: last.note,
    opened_at: formatInstant(row.openedAt),
    opened_by: row.openedBy,
  };
}

function decisionToJson(last: CaseStep): z.infer<typeof decisionSchema> | null {
  const { state, outcome, effectiveAt, basis, dueAt, resolutionId } = last;
  if (state !== 'decided' && state !== 'final') return null;
  if (outcome === null || effectiveAt === null || basis === null) return null;
  const provisional = state === 'decided';
  const end = { review_ends_at: instantOrNull(dueAt), resolution_id: resolutionId };
  return { outcome, effective_at: effectiveAt, basis, provisional, ...end };
}

export function caseToJson(view: CaseView): CaseJson {
  const { row, panel, steps, evidence, known } = view;
  return {
    ...caseSummaryToJson(row),
    question: { ...row.question, questions: [...row.question.questions] },
    rules: panelToJson(panel),
    excluded: panel.rules.members.flatMap((member) => {
      const interest = interestOf(member, known);
      const declared = known.declaredBy.get(member.keyId) ?? null;
      return interest === null ? [] : [{ member: member.keyId, interest, declared }];
    }),
    evidence: evidence.map(evidenceToJson),
    rounds: roundsToJson(view),
    history: steps.map(({ step, kind, at, state, round, panelId, outcome, actor, note }) => ({
      step,
      kind,
      at: formatInstant(at),
      state,
      round,
      panel: panelId,
      outcome,
      actor,
      note,
    })),
    links: { prediction: `/v1/predictions/${row.predictionId}` },
  };
}

/** A step begins a round if its number is new. The next step closes its votes. */
function roundsToJson({ steps, receipts, ballots, opinions }: CaseView): z.infer<typeof roundSchema>[] {
  return steps.flatMap((step, index) => {
    if (step.round === steps[index - 1]?.round) return [];
    const next = steps[index + 1];
    const own = ballots.filter(({ round }) => round === step.round);
    const cast = receipts.filter(({ round }) => round === step.round);
    const result = next?.kind === 'votes_closed' ? steps[index + 2] : next;
    const isRevealed = result?.kind === 'round_closed' || result?.kind === 'decided' || result?.kind === 'postponed';
    return [
      {
        round: step.round,
        panel: step.panelId,
        opened_at: formatInstant(step.at),
        closed_at: next === undefined ? null : formatInstant(next.at),
        receipts: cast.map(({ member, commitment, castAt, revealedAt }) => ({
          member,
          commitment,
          cast_at: formatInstant(castAt),
          revealed_at: instantOrNull(revealedAt),
        })),
        votes: isRevealed ? own.map(ballotToJson) : null,
        opinion: opinionToJson(opinions.find(({ round }) => round === step.round)),
      },
    ];
  });
}

function ballotToJson(ballot: CaseView['ballots'][number]): z.infer<typeof voteSchema> {
  const { member, vote, reason, evidence, effectiveAt, notBefore, interest, counted, salt } = ballot;
  const times = { effective_at: effectiveAt, not_before: notBefore };
  return { member, vote, reason, evidence, ...times, interest, counted, salt };
}
