import { checkCriterion } from '../services/predictions/criteria.ts';
import type { Command } from './invocation.ts';
import { readJsonFile } from './json-file.ts';
import { withPrepared } from './runtime.ts';
import { usageError } from './usage.ts';

/** `check <file>`: the result of POST /v1/criteria/check, without a server. */
export const runCheck: Command = async ({ config, args: [file] }) => {
  if (file === undefined) throw usageError('check needs a file with a criterion');
  const criterion = readJsonFile(file);
  return await withPrepared(config, async (deps) => {
    const input = { criterion, madeAt: null, asOf: null };
    const { text, polarity, evaluation, warnings } = await checkCriterion(deps, input);
    return {
      criterion_text: text,
      polarity,
      verdict: evaluation.verdict,
      effective_at: evaluation.effectiveAt,
      warnings,
      explanation: evaluation.explanation,
    };
  });
};
