import { describe, expect, it, test } from 'vitest';
import { eventTypes, pingType } from '../../../src/domain/events/event.ts';
import { slackBody, slackTextCharsMax } from '../../../src/domain/webhooks/slack.ts';

const publicUrl = 'https://outturn.example.com';
const prediction = {
  statement: 'OpenAI never releases <GPT-5> & co.',
  links: { prediction: '/v1/predictions/pred_1', page: '/predictions/gpt-5' },
};
const model = { id: 'openai/gpt-5' };

function text(type: string, data: object, base: string | null = publicUrl): string {
  const body = JSON.parse(slackBody(JSON.stringify({ type, data }), base));
  expect(Object.keys(body)).toEqual(['text']);
  return body.text;
}

describe('a message for Slack', () => {
  it('is a sentence and the link of the page, escaped by the rules of Slack', () => {
    expect(text('prediction.resolved', { prediction, resolution: { outcome: 'no' } })).toBe(
      'A prediction was resolved NO: OpenAI never releases &lt;GPT-5&gt; &amp; co.\n<https://outturn.example.com/predictions/gpt-5>',
    );
  });

  it('says that the decision of a panel is provisional', () => {
    expect(text('case.decided', { prediction, outcome: 'yes' })).toBe(
      'A panel decided YES, provisionally: OpenAI never releases &lt;GPT-5&gt; &amp; co.\n<https://outturn.example.com/predictions/gpt-5>',
    );
  });

  it('leads to the case for an event about a case, and to the feed for one about a feed', () => {
    const links = { page: '/cases/case_1' };
    expect(text('case.opened', { prediction, case: { links } })).toMatch(
      /\n<https:\/\/outturn.example.com\/cases\/case_1>$/,
    );
    const feed = { feed: { slug: 'ledger' }, links: { page: '/feeds/ledger' } };
    expect(text('feed.recovered', feed)).toMatch(/\n<https:\/\/outturn.example.com\/feeds\/ledger>$/);
  });

  it('has no link if links are paths, because Slack could not open them', () => {
    expect(text('prediction.withdrawn', { prediction }, null)).not.toContain('\n');
  });

  it('keeps a link that is absolute already', () => {
    const links = { model: 'https://other.example.com/v1/models/openai/gpt-5' };
    expect(text('model.released', { model, release: { occurred: '2025-08-07' }, links })).toBe(
      'openai/gpt-5 was released (2025-08-07).\n<https://other.example.com/v1/models/openai/gpt-5>',
    );
  });

  test.each([...eventTypes, pingType])('of %s is a sentence of its own, even if fields are missing', (type) => {
    expect(text(type, {})).not.toContain('undefined');
    expect(text(type, {})).not.toMatch(/sent the event/);
  });

  it('says when a model ends, where, and what it moved from', () => {
    const end = { id: 'gpt-5-2025-08-07', host: 'azure', kind: 'firm', date: '2026-12-10' };
    const moved = { ...end, moved_from: [{ date: '2026-10-21' }] };
    expect(text('model.ending', { end: { ...moved, days_left: 30, successor: { id: 'gpt-5.6-sol' } } }, null)).toBe(
      'gpt-5-2025-08-07 on azure has its firm end on 2026-12-10 (in 30 days, moved from 2026-10-21). Its successor is gpt-5.6-sol.',
    );
    expect(text('model.ending', { end: { ...end, host: null, kind: 'earliest', days_left: 7 } }, null)).toBe(
      'gpt-5-2025-08-07 ends no earlier than 2026-12-10 (in 7 days).',
    );
    const links = { watch: '/v1/watches/wat_1' };
    expect(text('model.ending', { first_sight: true, endings: [{ end }], endings_count: 12, links })).toBe(
      'A watch contains 12 ids that end soon or have ended: gpt-5-2025-08-07 on azure (2026-12-10) and 11 more.\n<https://outturn.example.com/v1/watches/wat_1>',
    );
    const onOpenai = { ...end, host: null };
    expect(text('model.ending', { first_sight: true, endings: [{ end: onOpenai }], endings_count: 1 }, null)).toBe(
      'A watch contains 1 id that ends soon or has ended: gpt-5-2025-08-07 (2026-12-10).',
    );
  });

  it('is short, whatever was recorded, and a quoted text cannot add links or lines', () => {
    const statement = `<!channel> <https://evil.example.com|click>\n${'&'.repeat(5000)}`;
    const long = text('prediction.created', { prediction: { ...prediction, statement } });
    expect(long.length).toBeLessThan(slackTextCharsMax + 100);
    expect(long.match(/</g)).toHaveLength(1);
    expect(long.split('\n')).toHaveLength(2);
    expect(long).not.toMatch(/&(?!amp;|lt;|gt;)/);
  });
});
