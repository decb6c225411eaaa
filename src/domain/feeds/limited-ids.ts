/**
 * Ids that a vendor's SDK or list names and that nobody, or only an approved few, could call when they were named: no
 * release, whoever lists them. Of OpenAI's, `gpt-5.1-mini` is by its SDK's own comment no supported id and kept for
 * compatibility; the cyber and life-science models and the Daybreak programmes are for approved organisations. Anthropic
 * offers its Mythos models to approved customers.
 */
const limitedIds: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'openai',
    [
      'gpt-5.1-mini',
      'gpt-5.6-cyber',
      'gpt-6-cyber',
      'gpt-rosalind-research',
      'gpt-6-rosalind',
      'gpt-daybreak-blue-latest',
      'gpt-daybreak-red-latest',
    ],
  ],
  ['anthropic', ['claude-mythos-preview', 'claude-mythos-5', 'claude-mythos-5-1', 'claude-mythos-5-2']],
]);

/** Whether an id of that vendor is open to nobody, or to an approved few. */
export function isLimited(vendor: string, id: string): boolean {
  return limitedIds.get(vendor)?.includes(id) ?? false;
}
