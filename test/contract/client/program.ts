import createClient from 'openapi-fetch';
import type { components, paths, webhooks } from '../generated/api.d.ts';

type Prediction = components['schemas']['Prediction'];
type ResolvedMessage = webhooks['prediction.resolved']['post']['requestBody']['content']['application/json'];

/** A program of a team that pins a default model: a webhook notifies it of the outcome of a prediction. */
export function onResolved(message: ResolvedMessage): string {
  const { prediction, resolution } = message.data;
  // @ts-expect-error outcomes are a closed set, and this is none of them
  if (resolution.outcome === 'maybe') return 'never';
  // @ts-expect-error a message is typed by its own event, not by another
  if (message.type === 'feed.recovered') return 'never';
  return `${prediction.slug}: ${resolution.outcome}`;
}

export function headline(prediction: Prediction): string {
  // @ts-expect-error there is no such field
  prediction.verdict;
  return `${prediction.statement} ${prediction.outcome ?? prediction.standing ?? prediction.status}`;
}

/** Records a prediction, reads it back as a list shows it, and meets a problem. */
async function main(baseUrl: string, key: string): Promise<void> {
  const client = createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${key}` } });
  const recorded = await client.POST('/v1/predictions', {
    body: {
      slug: 'gpt-9-by-the-end',
      statement: 'OpenAI releases GPT-9 by the end of 2039.',
      made_at: '2025-01',
      criterion: {
        op: 'released',
        model: { vendor: 'openai', family: 'gpt', version: '9', tier: null },
        by: '2039-12-31',
      },
    },
  });
  if (recorded.error !== undefined) throw new Error(`refused: ${recorded.error.code}`);
  const listed = await client.GET('/v1/predictions', {
    params: { query: { status: ['open', 'proposed'], limit: 10 } },
  });
  const found = listed.data?.data.find(({ id }) => id === recorded.data.id);
  if (found === undefined) throw new Error('what was recorded is not listed');
  const missing = await client.GET('/v1/predictions/{id}', { params: { path: { id: 'nothing-of-that-name' } } });
  if (missing.error?.code !== 'not_found') throw new Error('what is not there has no problem');

  // Each of these must not compile; none of them is run.
  const refused = async (): Promise<void> => {
    // @ts-expect-error a prediction needs its statement
    await client.POST('/v1/predictions', { body: { made_at: '2025', criterion: found.criterion } });
    // @ts-expect-error there is no such order to sort by
    await client.GET('/v1/predictions', { params: { query: { sort: 'slug' } } });
    // @ts-expect-error there is no such status
    await client.GET('/v1/predictions', { params: { query: { status: ['closed'] } } });
    // @ts-expect-error there is no such path
    await client.GET('/v1/forecasters');
  };
  void refused;
  console.log(headline(found));
}

const [base = '', key = ''] = process.argv.slice(2);
await main(base, key);
