import { panelExample, receiptExample } from '../cases/examples.ts';
import type { resolvedExample } from './examples.ts';

const example = {
  id: receiptExample.case_id,
  round: 1,
  panel: { id: panelExample.id, name: panelExample.name, version: 1 },
  links: { case: `/v1/cases/${receiptExample.case_id}`, page: `/cases/${receiptExample.case_id}` },
};

/** The messages about cases, with a prediction for their examples. */
export function caseMessages(prediction: (typeof resolvedExample)['data']['prediction']) {
  return {
    'case.opened': {
      summary: 'A case was opened',
      description: 'A panel can vote on a prediction: a case was opened, or begins to vote again after a postponement.',
      example: { prediction, case: example, closes_at: '2025-09-08T09:30:00Z' },
    },
    'case.round_closed': {
      summary: 'A round of voting closed',
      description: 'Sent once for each round, with the counted votes. The case shows the votes and their reasons.',
      example: {
        prediction,
        case: example,
        result: 'decided' as const,
        votes: { yes: 0, no: 3, ambiguous: 0, annulled: 0, too_early: 0 },
        closes_at: null,
        resumes_at: null,
      },
    },
    'case.decided': {
      summary: 'A panel decided',
      description: 'The decision is provisional until the review ends; then the prediction is resolved.',
      example: {
        prediction,
        case: example,
        outcome: 'no' as const,
        basis: 'votes' as const,
        effective_at: '2025-08-07',
        review_ends_at: '2025-09-15T09:30:00Z',
      },
    },
    'case.appealed': {
      summary: 'A decision was appealed',
      description: 'A larger panel votes anew.',
      example: {
        prediction,
        case: { ...example, round: 2 },
        reason: 'A later interview contradicts the cited one.',
        closes_at: '2025-09-20T09:30:00Z',
      },
    },
  };
}
