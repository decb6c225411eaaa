import { z } from '@hono/zod-openapi';
import { type Ballot, voteValues } from '../../domain/cases/ballot.ts';
import { pageBytesMax } from '../../domain/cases/copy.ts';
import { formatInstant } from '../../domain/instant.ts';
import { createCaseEvidence, getCaseEvidenceCopy } from '../../services/cases/evidence.ts';
import { type CastVote, createCaseInterest, createCaseVote } from '../../services/cases/votes.ts';
import { adminCaller } from '../operation/auth.ts';
import { evidenceMax, instantText, reasonCharsMax, referenceField, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import {
  archivedSchema,
  archivedToJson,
  evidenceFrom,
  evidenceInputSchema,
  evidenceSchema,
  evidenceToJson,
} from './evidence-json.ts';
import { caseExample, evidenceExample, evidenceInputExample, receiptExample, voteExample } from './examples.ts';

const tag = 'Panels and cases';
const idParameter = { id: { description: 'The id of a case.', example: caseExample.id } };

const addEvidence = operation({
  method: 'post',
  path: '/v1/cases/{id}/evidence',
  operationId: 'createCaseEvidence',
  tag,
  summary: 'Add evidence to a case',
  description:
    'Adds an item to the evidence packet of a case. Items are never changed or removed. The packet is open until the votes of the round close; after a decision, an appeal can add more.',
  access: 'write',
  params: idParameter,
  body: { schema: evidenceInputSchema, example: evidenceInputExample },
  response: { status: 201, description: 'The added item.', schema: evidenceSchema, example: evidenceExample },
  refusals: ['conflict'],
  handle: async ({ services }, { params, body, caller }) => {
    const item = await createCaseEvidence(services, params.id, evidenceFrom(body), caller ?? adminCaller);
    return { status: 201, body: evidenceToJson(item), headers: { location: `/v1/cases/${params.id}` } };
  },
});

const copySchema = archivedSchema
  .extend({
    content: z
      .string()
      .max(pageBytesMax)
      .meta({ description: 'The text of the copy.', example: evidenceInputExample.quote }),
  })
  .meta({ id: 'ArchivedCopyContent', description: 'An archived copy with its text.' });

const getCopy = operation({
  method: 'get',
  path: '/v1/cases/{id}/evidence/{item}/copy',
  operationId: 'getCaseEvidenceCopy',
  tag,
  summary: 'Get the archived copy of an item',
  description: 'Returns the text of the page or document that an item of the packet quotes, as it was archived.',
  access: 'read',
  params: { ...idParameter, item: { description: 'The id of an item of the packet.', example: evidenceExample.id } },
  response: {
    status: 200,
    description: 'The copy.',
    schema: copySchema,
    example: { ...evidenceExample.archived, content: evidenceInputExample.copy.content },
  },
  handle: async ({ services }, { params }) => {
    const copy = await getCaseEvidenceCopy(services, params.id, params.item);
    return { body: { ...archivedToJson(copy), content: copy.content } };
  },
});

export const receiptSchema = z
  .object({
    case_id: z.string().meta({ example: receiptExample.case_id }),
    round: z.int().meta({ description: 'The round in which the vote counts.', example: 1 }),
    member: z.string().meta({ description: 'The member that voted.', example: receiptExample.member }),
    commitment: z.string().meta({
      description:
        'SHA-256 of the vote with a random salt, in hex. After the close it proves that the vote is unchanged.',
      example: receiptExample.commitment,
    }),
    cast_at: instantText('When the vote was cast.'),
  })
  .meta({ id: 'VoteReceipt', description: 'The receipt of a sealed vote. It does not contain the vote.' });

/** The members of a vote, of which those that are absent are null or empty in its commitment. */
export const ballotFields = {
  vote: z.enum(voteValues).meta({
    description:
      '`ambiguous`: the facts are unclear. `annulled`: the claim or its criterion is defective. `too_early`: the facts will be known later.',
    example: voteExample.vote,
  }),
  reason: text(reasonCharsMax, { description: 'The reason, in words.', example: voteExample.reason }),
  evidence: z.array(referenceField).max(evidenceMax).optional().meta({
    description: 'Ids of the items of the packet that you cite. Default: none.',
    example: voteExample.evidence,
  }),
  effective_at: z.string().min(1).max(80).optional().meta({
    description:
      'When the claim came true or failed: a date, an RFC 3339 date-time or `start/end`. Required for yes and no, otherwise absent.',
    example: voteExample.effective_at,
  }),
  not_before: z.string().min(1).max(40).optional().meta({
    description: 'When the panel should vote again: a date or date-time. Required for too_early, otherwise absent.',
    example: '2026-06-01',
  }),
};

const ballotSchema = z.object(ballotFields);

export function ballotFrom(body: z.infer<typeof ballotSchema>): Ballot {
  const { vote: value, reason, evidence = [], effective_at: effectiveAt = null, not_before: notBefore = null } = body;
  return { vote: value, reason, evidence, effectiveAt, notBefore };
}

export const roundField = z.int().min(1).optional().meta({
  description:
    'Number of the round that you expect to be open. If another one is, the request returns 409. Default: no check.',
  example: 1,
});

const voteSchema = z
  .strictObject({ ...ballotFields, round: roundField })
  .meta({ id: 'VoteInput', description: 'A vote. Nothing of it can be read until its round has closed.' });

const vote = operation({
  method: 'post',
  path: '/v1/cases/{id}/votes',
  operationId: 'createCaseVote',
  tag,
  summary: 'Vote on a case',
  description:
    'Casts the vote of the calling key, which must belong to a member of a panel with `vote_mode` `sealed`. The vote is encrypted until its round closes, cannot be changed, and is published with its reason afterwards.',
  access: 'write',
  params: idParameter,
  body: { schema: voteSchema, example: voteExample },
  response: { status: 201, description: 'The receipt.', schema: receiptSchema, example: receiptExample },
  refusals: ['conflict'],
  handle: async ({ services }, { params, body, caller }) => {
    const input = { ballot: ballotFrom(body), round: body.round ?? null };
    return receiptReply(await createCaseVote(services, params.id, input, caller ?? adminCaller));
  },
});

export function receiptReply({ caseId, round, member, commitment, castAt }: CastVote) {
  const body = { case_id: caseId, round, member, commitment, cast_at: formatInstant(castAt) };
  return { status: 201, body, headers: { location: `/v1/cases/${caseId}` } } as const;
}

const interestInputSchema = z
  .strictObject({
    interest: text(reasonCharsMax, {
      description: 'How the outcome concerns you.',
      example: 'I hold shares of the vendor.',
    }),
  })
  .meta({ id: 'CaseInterestInput', description: 'The declaration of an interest.' });

const interestSchema = z
  .object({
    member: z.string().meta({ description: 'The member that declared it.', example: receiptExample.member }),
    interest: z
      .string()
      .meta({ description: 'How the outcome concerns the member.', example: 'I hold shares of the vendor.' }),
    declared_at: instantText('When it was declared.'),
  })
  .meta({ id: 'CaseInterest', description: 'A declared interest.' });

const declare = operation({
  method: 'post',
  path: '/v1/cases/{id}/interests',
  operationId: 'createCaseInterest',
  tag,
  summary: 'Declare an interest',
  description:
    'Records that the calling member has an interest in the claim, and publishes it. The member may then not vote, and a vote that it has cast in the open round does not count, unless the panel has `allow_interested`.',
  access: 'write',
  params: idParameter,
  body: { schema: interestInputSchema, example: { interest: 'I hold shares of the vendor.' } },
  response: {
    status: 201,
    description: 'The declared interest.',
    schema: interestSchema,
    example: {
      member: receiptExample.member,
      interest: 'I hold shares of the vendor.',
      declared_at: receiptExample.cast_at,
    },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params, body, caller }) => {
    const { member, interest, declaredAt } = await createCaseInterest(
      services,
      params.id,
      body.interest,
      caller ?? adminCaller,
    );
    const headers = { location: `/v1/cases/${params.id}` };
    return { status: 201, body: { member, interest, declared_at: formatInstant(declaredAt) }, headers };
  },
});

export const voteOperations = [addEvidence, getCopy, vote, declare];
