import { z } from '@hono/zod-openapi';
import { formatInstant } from '../../domain/instant.ts';
import { createCaseCommitment, createCaseReveal } from '../../services/cases/reveals.ts';
import { adminCaller } from '../operation/auth.ts';
import { instantText, text } from '../operation/fields.ts';
import { operation } from '../operation/operation.ts';
import { caseExample, receiptExample, voteExample } from './examples.ts';
import { ballotFields, ballotFrom, receiptReply, receiptSchema, roundField } from './votes.ts';

const tag = 'Panels and cases';
const idParameter = { id: { description: 'The id of a case.', example: caseExample.id } };
/** In UTF-16 code units. */
const saltCharsMax = 200;

const commitmentSchema = z
  .strictObject({
    commitment: z
      .string()
      .regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hex: 64 digits, letters in lower case')
      .meta({
        description:
          'SHA-256 of the vote as JSON with sorted keys and without spaces: `effective_at`, `evidence`, `not_before`, `reason`, `salt` and `vote`.',
        example: receiptExample.commitment,
      }),
    round: roundField,
  })
  .meta({ id: 'CommitmentInput', description: 'A vote that its judge holds until the close.' });

const commit = operation({
  method: 'post',
  path: '/v1/cases/{id}/commitments',
  operationId: 'createCaseCommitment',
  tag,
  summary: 'Commit to a vote',
  description:
    'Casts the vote of the calling key, which must belong to a member of a panel with `vote_mode` `committed`, as its SHA-256. It cannot be changed. After the close, reveal the vote with POST /v1/cases/{id}/reveals: otherwise it does not count.',
  access: 'write',
  params: idParameter,
  body: { schema: commitmentSchema, example: { commitment: receiptExample.commitment } },
  response: { status: 201, description: 'The receipt.', schema: receiptSchema, example: receiptExample },
  refusals: ['conflict'],
  handle: async ({ services }, { params, body, caller }) => {
    const input = { commitment: body.commitment, round: body.round ?? null };
    return receiptReply(await createCaseCommitment(services, params.id, input, caller ?? adminCaller));
  },
});

const revealSchema = z
  .strictObject({
    ...ballotFields,
    salt: text(saltCharsMax, {
      description: 'The random text that the commitment includes. Use at least 16 random bytes.',
      example: 'c2FsdC1vZi1zaXh0ZWVuLWJ5dGVz',
    }),
  })
  .meta({
    id: 'RevealInput',
    description: 'The vote to which a commitment belongs. Absent members are null or empty in it.',
  });

const revealedSchema = z
  .object({
    case_id: z.string().meta({ example: receiptExample.case_id }),
    round: z.int().meta({ description: 'The round in which the vote counts.', example: 1 }),
    member: z.string().meta({ description: 'The member that voted.', example: receiptExample.member }),
    commitment: z.string().meta({ description: 'SHA-256 of the vote, in hex.', example: receiptExample.commitment }),
    revealed_at: instantText('When the vote was revealed.'),
  })
  .meta({
    id: 'RevealReceipt',
    description: 'The receipt of a revealed vote, which is published when its round is decided.',
  });

const { cast_at: _cast, ...revealExample } = receiptExample;

const reveal = operation({
  method: 'post',
  path: '/v1/cases/{id}/reveals',
  operationId: 'createCaseReveal',
  tag,
  summary: 'Reveal a vote',
  description:
    'Reveals the vote to which the calling member has committed, while the case is `revealing`. Its SHA-256 must be the commitment. The vote is encrypted until all votes of the round are revealed or the time for it ends.',
  access: 'write',
  params: idParameter,
  body: { schema: revealSchema, example: { ...voteExample, salt: 'c2FsdC1vZi1zaXh0ZWVuLWJ5dGVz' } },
  response: {
    status: 201,
    description: 'The receipt.',
    schema: revealedSchema,
    example: { ...revealExample, revealed_at: '2025-09-08T10:00:00Z' },
  },
  refusals: ['conflict'],
  handle: async ({ services }, { params, body, caller }) => {
    const input = { ballot: ballotFrom(body), salt: body.salt };
    const revealed = await createCaseReveal(services, params.id, input, caller ?? adminCaller);
    const { caseId, round, member, commitment, revealedAt } = revealed;
    const receipt = { case_id: caseId, round, member, commitment, revealed_at: formatInstant(revealedAt) };
    return { status: 201, body: receipt, headers: { location: `/v1/cases/${caseId}` } };
  },
});

export const commitmentOperations = [commit, reveal];
