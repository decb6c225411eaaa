import { z } from '@hono/zod-openapi';
import { renderBadge } from '../../domain/sharing/badge.ts';
import { getPrediction } from '../../services/predictions/predictions.ts';
import { operation } from '../operation/operation.ts';
import { predictionExample } from '../predictions/examples.ts';

/** Lifetime of a badge in caches. */
const badgeSecondsMax = 300;

/** Background colours by message. Each has a contrast of more than 4.5:1 to white (WCAG AA). */
const colors: Readonly<Record<string, string>> = {
  yes: '#1a7f37',
  no: '#b42318',
  ambiguous: '#7a4b00',
  annulled: '#57606a',
  open: '#0b5cad',
  proposed: '#6b3fa0',
  disputed: '#9a3b00',
  withdrawn: '#57606a',
};
const otherColor = '#57606a';

const suffix = '.svg';
const embeddable = { 'cross-origin-resource-policy': 'cross-origin' };

const badge = operation({
  method: 'get',
  path: '/badges/{id}.svg',
  operationId: 'getBadge',
  tag: 'For other sites',
  summary: 'Get the badge of a prediction',
  description:
    'Returns the statement of a prediction and its outcome or status as an SVG image that other sites can embed.',
  access: 'read',
  toleratesLag: true,
  params: { id: { description: 'The id or the slug of a prediction.', example: predictionExample.slug } },
  query: {
    label: z.string().min(1).max(200).regex(/\S/, 'must not be blank').optional().meta({
      description: 'Text on the left of the badge. Long text is shortened. Default: the statement.',
      example: 'GPT-5 never released',
    }),
  },
  response: {
    status: 200,
    description: 'The badge as SVG.',
    schema: z.string(),
    example:
      '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="20" role="img" aria-label="GPT-5 never released: no"/>',
    mediaType: 'image/svg+xml',
  },
  moved: 'The slug was changed; `Location` has the current address of the badge.',
  handle: async ({ services }, { params, query, target }) => {
    const name = params.id.slice(0, -suffix.length);
    const view = await getPrediction(services, name, null);
    const { id, slug } = view.prediction;
    if (name !== id && name !== slug) {
      const search = target.search.size === 0 ? '' : `?${target.search}`;
      const location = `/badges/${slug}${suffix}${search}`;
      return { status: 301, secondsMax: badgeSecondsMax, headers: { ...embeddable, location } };
    }
    const message = view.resolution?.outcome ?? view.status;
    const text = renderBadge(query.label ?? view.prediction.statement, message, colors[message] ?? otherColor);
    return { text, mediaType: 'image/svg+xml', secondsMax: badgeSecondsMax, headers: embeddable };
  },
});

export const badgeOperations = [badge];
