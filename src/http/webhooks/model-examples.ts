/** What messages about models contain, without what only one type of message has. */

export const suspended = {
  model: {
    id: 'anthropic/claude-5-fable',
    vendor: 'anthropic',
    slug: 'claude-5-fable',
    family: 'claude',
    version: '5',
    tier: 'fable',
  },
  suspension: {
    since: '2026-06-12',
    until: '2026-06-30T12:00:00Z/2026-07-01T12:00:00Z',
    known_at: '2026-07-01T12:00:00Z',
    evidence: ['obs_01k2a0000h9m3t5b7n8c2d0fb'],
  },
  links: { model: '/v1/models/anthropic/claude-5-fable', page: '/models/anthropic/claude-5-fable' },
};

export const ending = {
  model: { id: 'openai/gpt-5', vendor: 'openai', slug: 'gpt-5', family: 'gpt', version: '5', tier: null },
  end: {
    vendor: 'openai',
    id: 'gpt-5-2025-08-07',
    scope: 'vendor' as const,
    host: null,
    kind: 'firm' as const,
    date: '2026-12-10',
    date_precision: 'day' as const,
    days_left: 90,
    stated_since: '2026-06-11T00:15:00Z',
    known_at: '2026-06-11T00:15:00Z',
    sources: [
      {
        feed: 'openai',
        trust: 'first_party' as const,
        name: 'gpt-5-2025-08-07',
        text: '2026-12-10',
        observation_id: 'obs_01k2a0000h9m3t5b7n8c2d0fb',
      },
    ],
    successor: { id: 'gpt-5.6-sol', model: 'openai/gpt-5.6-sol' },
    moved_from: [],
  },
  links: { model: '/v1/models/openai/gpt-5', page: '/models/openai/gpt-5' },
};
