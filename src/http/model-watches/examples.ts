import { observationExample } from '../feeds/examples.ts';

export const watchExample = {
  id: 'wat_01kb2c4d6e8f0g2h4j6k8m0n2p',
  name: 'checkout-service',
  owner: 'payments',
  host: null,
  notice_days: [90, 60, 30, 7, 1, 0],
  ids_count: 2,
  version: 1,
  created_at: '2026-11-01T09:00:00Z',
  updated_at: '2026-11-01T09:00:00Z',
};

export const watchStateExample = {
  ...watchExample,
  ids: [
    {
      id: 'gpt-5-2025-08-07',
      read_as: { vendor: 'openai', slug: 'gpt-5', id: 'gpt-5-2025-08-07', host: null },
      alias_of: null,
      alias_source: null,
      status: 'ending',
      end: {
        id: 'gpt-5-2025-08-07',
        scope: 'vendor',
        host: null,
        kind: 'firm',
        date: '2026-12-10',
        date_precision: 'day',
        stated_since: '2026-06-10T12:00:00Z',
        ended_at: null,
        sources: [],
        moved_from: [],
      },
      days_left: 39,
      successor: 'gpt-5.6-sol',
      successor_source: { feed: 'openai', observation_id: observationExample.id },
      suggestion: 'Replace `gpt-5-2025-08-07` by `gpt-5.6-sol`: it ends on 2026-12-10, firm, stated by openai.',
      problem: null,
    },
    {
      id: 'my-finetune',
      read_as: null,
      alias_of: null,
      alias_source: null,
      status: 'unread',
      end: null,
      days_left: null,
      successor: null,
      successor_source: null,
      suggestion: null,
      problem: {
        code: 'unknown_vendor',
        detail: 'nothing in it identifies a vendor that the identity data knows',
      },
    },
  ],
};
