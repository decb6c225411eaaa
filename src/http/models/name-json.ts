import { z } from '@hono/zod-openapi';
import type { ModelName } from '../../domain/criterion/pattern.ts';
import { modelExample } from '../predictions/examples.ts';

export const nameFields = {
  id: z.string().meta({ description: 'Unique identifier: vendor and slug.', example: modelExample.id }),
  vendor: z.string().meta({ example: modelExample.vendor }),
  slug: z.string().meta({
    description:
      'Family, version and tier joined by dashes, with dots inside the version; `family~version~tier` if that would be ambiguous.',
    example: modelExample.slug,
  }),
  family: z.string().meta({ example: modelExample.family }),
  version: z
    .string()
    .nullable()
    .meta({ description: 'Version. Null if the model has none.', example: modelExample.version }),
  tier: z.string().nullable().meta({ description: 'Tier. Null for the model without a suffix.' }),
};

export function nameToJson(model: ModelName, slug: string) {
  const { vendor, family, version, tier } = model;
  return { id: `${vendor}/${slug}`, vendor, slug, family, version, tier };
}

export function urlOf(vendor: string, slug: string): string {
  return `/v1/models/${vendor}/${slug}`;
}
