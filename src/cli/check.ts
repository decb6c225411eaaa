import { parseJson } from '../http/operation/body.ts';
import { checkJsonBody } from '../http/predictions/criteria.ts';
import type { Command } from './invocation.ts';
import { readBytesOf } from './json-file.ts';
import { withPrepared } from './runtime.ts';
import { usageError } from './usage.ts';

/** `check <file>`: POST /v1/criteria/check without a server. The file holds the body of the request, or only its criterion. */
export const runCheck: Command = async ({ config, args: [file], options }) => {
  if (file === undefined) throw usageError('check needs a file with a criterion');
  const document = parseJson(readBytesOf(file));
  const body = isCriterion(document) ? { criterion: document } : document;
  return await withPrepared(config, async (deps) => {
    const result = await checkJsonBody(deps, body);
    if (options.json === true) return result;
    const { criterion_text, polarity, verdict, effective_at, warnings, explanation } = result;
    return { criterion_text, polarity, verdict, effective_at, warnings, explanation };
  });
};

/** Only a criterion has an operator at its top level. */
function isCriterion(document: unknown): boolean {
  return typeof document === 'object' && document !== null && 'op' in document;
}
