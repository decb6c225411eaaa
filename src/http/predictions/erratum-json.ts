import { z } from '@hono/zod-openapi';
import { instantText } from '../operation/fields.ts';

export const erratumSchema = z
  .object({
    id: z.string().meta({ description: 'Unique identifier.' }),
    text: z.string().meta({ description: 'What is wrong and what is right.' }),
    reason: z.string().meta({ description: 'Why it is corrected.' }),
    recorded_at: instantText('When it was recorded.'),
  })
  .meta({
    id: 'Erratum',
    description: 'A correction appended to a prediction. The words of the prediction do not change.',
  });
