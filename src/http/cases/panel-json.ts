import { z } from '@hono/zod-openapi';
import { fallBacks, voteModes } from '../../domain/cases/panel-rules.ts';
import { formatThreshold } from '../../domain/cases/threshold.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { PanelView } from '../../services/cases/panel-record.ts';
import type { PanelRow } from '../../services/cases/panels.ts';
import { instantText } from '../operation/fields.ts';
import { predictorExample } from '../predictions/examples.ts';
import { memberExample, panelExample } from './examples.ts';

const memberSchema = z
  .object({
    key_id: z.string().meta({ description: 'Id of the API key that votes.', example: memberExample.key_id }),
    name: z
      .string()
      .nullable()
      .meta({ description: 'Name that readers see. Null for none.', example: memberExample.name }),
    predictor_id: z.string().nullable().meta({
      description: 'Id of the predictor that this judge is. It may not vote on its own claims. Null for none.',
      example: predictorExample.id,
    }),
  })
  .meta({ id: 'PanelMember', description: 'A judge.' });

/** The longest name of an adviser's model, in UTF-16 code units. */
export const adviserCharsMax = 200;

/** What the rules mean, in the input and in responses. */
export const ruleTexts = {
  quorum: 'The fewest counted votes with which a round can decide.',
  threshold: 'Share of the counted votes that an outcome needs, as a fraction: more than 1/2.',
  rounds: 'Rounds of voting before the fall-back.',
  voteDays: 'Length of a round, in days.',
  reviewDays: 'Days in which a decision can be appealed.',
  allowInterested: 'Whether members with an interest in a claim may vote on it. Shown with every vote and decision.',
  fallBack: 'Outcome if the last round does not decide.',
  voteMode: 'Who keeps votes until the close. `sealed`: the server. `committed`: the judges, who send a hash first.',
  adviser: 'Language model that gives an uncounted opinion on each decision.',
  revealDays: 'Days after the close in which judges reveal committed votes.',
};

export const panelSchema = z
  .object({
    id: z.string().meta({ description: 'Id of this version of the panel.', example: panelExample.id }),
    name: z.string().meta({ description: 'Name of the panel, the same for all versions.', example: panelExample.name }),
    version: z.int().meta({ description: 'Version of the rules, from 1.', example: 1 }),
    members: z.array(memberSchema).meta({ description: 'The judges.' }),
    quorum: z.int().meta({ description: ruleTexts.quorum, example: panelExample.quorum }),
    threshold: z.string().meta({ description: ruleTexts.threshold, example: panelExample.threshold }),
    rounds: z.int().meta({ description: ruleTexts.rounds, example: panelExample.rounds }),
    vote_days: z.int().meta({ description: ruleTexts.voteDays, example: panelExample.vote_days }),
    review_days: z.int().meta({ description: ruleTexts.reviewDays, example: panelExample.review_days }),
    allow_interested: z.boolean().meta({ description: ruleTexts.allowInterested, example: false }),
    fall_back: z.enum(fallBacks).meta({ description: ruleTexts.fallBack, example: panelExample.fall_back }),
    vote_mode: z.enum(voteModes).meta({ description: ruleTexts.voteMode, example: 'sealed' }),
    reveal_days: z
      .int()
      .nullable()
      .meta({ description: `${ruleTexts.revealDays} Null for sealed votes.`, example: null }),
    adviser: z
      .string()
      .max(adviserCharsMax)
      .nullable()
      .meta({ description: `${ruleTexts.adviser} Null for none.`, example: null }),
    created_at: instantText('When this version was created.'),
    created_by: z.string().meta({ description: 'Id of the key that created it.', example: panelExample.created_by }),
  })
  .meta({ id: 'Panel', description: 'A version of a panel: its judges and its rules. It never changes.' });

export function panelToJson({ id, name, version, rules, createdAt, createdBy }: PanelRow): z.infer<typeof panelSchema> {
  return {
    id,
    name,
    version,
    members: rules.members.map(({ keyId, name: shown, predictorId }) => ({
      key_id: keyId,
      name: shown,
      predictor_id: predictorId,
    })),
    quorum: rules.quorum,
    threshold: formatThreshold(rules.threshold),
    rounds: rules.rounds,
    vote_days: rules.voteDays,
    review_days: rules.reviewDays,
    allow_interested: rules.allowInterested,
    fall_back: rules.fallBack,
    vote_mode: rules.voteMode,
    reveal_days: rules.voteMode === 'committed' ? rules.revealDays : null,
    adviser: rules.adviser,
    created_at: formatInstant(createdAt),
    created_by: createdBy,
  };
}

const judgeSchema = z
  .object({
    key_id: z.string().meta({ example: memberExample.key_id }),
    votes: z.int().meta({ description: 'Counted votes in rounds that decided.', example: 4 }),
    with_decision: z.int().meta({ description: 'Those that agreed with the decision.', example: 3 }),
    reversed: z.int().meta({ description: 'Those whose decision was reversed on appeal.', example: 0 }),
  })
  .meta({ id: 'JudgeRecord', description: 'How a judge has voted.' });

export const panelWithRecordSchema = panelSchema
  .extend({
    decisions: z
      .int()
      .meta({ description: 'Decisions of all versions of the panel, at most the latest 500.', example: 4 }),
    alpha: z.number().nullable().meta({
      description:
        "Krippendorff's alpha of the votes in these decisions, nominal: 1 means that judges always agree, 0 that they agree as often as by chance. Null for fewer than three decisions with two votes, or if every vote is the same.",
      example: 0.62,
    }),
    judges: z.array(judgeSchema).meta({ description: 'Records of the judges who have voted.' }),
  })
  .meta({ id: 'PanelWithRecord', description: 'A version of a panel, with the record of its judges.' });

export function panelWithRecordToJson({
  panel,
  decisions,
  alpha,
  judges,
}: PanelView): z.infer<typeof panelWithRecordSchema> {
  const records = [...judges].map(([keyId, { votes, withDecision, reversed }]) => ({
    key_id: keyId,
    votes,
    with_decision: withDecision,
    reversed,
  }));
  return { ...panelToJson(panel), decisions, alpha, judges: records };
}

const judgeExample = { key_id: memberExample.key_id, votes: 4, with_decision: 3, reversed: 0 };
export const recordExample = { ...panelExample, decisions: 4, alpha: 0.62, judges: [judgeExample] };
