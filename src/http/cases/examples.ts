import { predictionExample, predictorExample } from '../predictions/examples.ts';

/** A case about the claim of the other examples, as a panel of two would judge it. */

export const memberExample = {
  key_id: 'key_01jf3mw8r2t5v7x9z1b3d5f7h9',
  name: 'Judge A',
  predictor_id: null,
};

export const panelExample = {
  id: 'pan_01k2a1b2c3d4e5f6g7h8j9k0m2',
  name: 'model-claims',
  version: 1,
  members: [memberExample, { key_id: 'key_01jf3mw8r2t5v7x9z1b3d5f7k2', name: null, predictor_id: predictorExample.id }],
  quorum: 1,
  threshold: '2/3',
  rounds: 2,
  vote_days: 7,
  review_days: 7,
  allow_interested: false,
  fall_back: 'ambiguous' as const,
  vote_mode: 'sealed' as const,
  reveal_days: null,
  adviser: null,
  created_at: '2025-09-01T09:00:00Z',
  created_by: 'admin',
};

export const evidenceInputExample = {
  url: 'https://example.com/interview',
  quote: 'We did not train on outputs of another model.',
  stance: 'against' as const,
  copy: { media_type: 'text/plain' as const, content: 'We did not train on outputs of another model.' },
};

export const evidenceExample = {
  id: 'evi_01k2a1b2c3d4e5f6g7h8j9k0m3',
  url: evidenceInputExample.url,
  quote: evidenceInputExample.quote,
  locator: null,
  paraphrased: false,
  stance: evidenceInputExample.stance,
  added_by: memberExample.key_id,
  added_at: '2025-09-02T10:00:00Z',
  archived: {
    origin: 'uploaded' as const,
    media_type: 'text/plain',
    sha256: '9b5c1d0e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c',
    archived_at: '2025-09-02T10:00:00Z',
  },
  copy_problem: null,
};

export const voteExample = {
  vote: 'no' as const,
  reason: 'The interview denies it, and nothing else supports it.',
  evidence: [evidenceExample.id],
  effective_at: '2025-08-30',
};

export const receiptExample = {
  case_id: 'case_01k2a1b2c3d4e5f6g7h8j9k0m4',
  round: 1,
  member: memberExample.key_id,
  commitment: '0d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6b7c8d9e0f1a2b3c9b5c1d0e6f7a8b9c',
  cast_at: '2025-09-03T10:00:00Z',
};

const panelReference = { id: panelExample.id, name: panelExample.name, version: panelExample.version };

export const caseSummaryExample = {
  id: receiptExample.case_id,
  prediction: { id: predictionExample.id, slug: predictionExample.slug, statement: predictionExample.statement },
  criterion_version: 1,
  panel: panelReference.id,
  state: 'open' as const,
  round: 1,
  rounds_left: 1,
  closes_at: '2025-09-08T09:30:00Z',
  reveal_ends_at: null,
  resumes_at: null,
  decision: null,
  note: null,
  opened_at: '2025-09-01T09:30:00Z',
  opened_by: 'admin',
};

export const caseExample = {
  ...caseSummaryExample,
  question: {
    statement: predictionExample.statement,
    fine_print: null,
    made_at: predictionExample.made_at,
    resolve_by: null,
    criterion_hash: predictionExample.criterion_hash,
    criterion_text: predictionExample.criterion_text,
    questions: ['Did OpenAI train the model on outputs of another?'],
  },
  rules: panelExample,
  excluded: [{ member: 'key_01jf3mw8r2t5v7x9z1b3d5f7k2', interest: 'predictor' as const, declared: null }],
  evidence: [evidenceExample],
  rounds: [
    {
      round: 1,
      panel: panelReference.id,
      opened_at: '2025-09-01T09:30:00Z',
      closed_at: null,
      receipts: [
        {
          member: receiptExample.member,
          commitment: receiptExample.commitment,
          cast_at: receiptExample.cast_at,
          revealed_at: null,
        },
      ],
      votes: null,
      opinion: null,
    },
  ],
  history: [
    {
      step: 1,
      kind: 'opened' as const,
      at: '2025-09-01T09:30:00Z',
      state: 'open' as const,
      round: 1,
      panel: panelReference.id,
      outcome: null,
      actor: 'admin',
      note: null,
    },
  ],
  links: { prediction: `/v1/predictions/${predictionExample.id}` },
};
