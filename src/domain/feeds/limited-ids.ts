/**
 * Ids in a vendor's SDK or list that nobody, or only approved organisations, could use when they were added. Listing them
 * is not a release. A comment in OpenAI's SDK says that `gpt-5.1-mini` is not supported and kept for compatibility; its
 * cyber and life-science models and the Daybreak programmes are for approved organisations, as are Anthropic's Mythos
 * models.
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

/** Whether an id of that vendor is closed to the public. */
export function isLimited(vendor: string, id: string): boolean {
  return limitedIds.get(vendor)?.includes(id) ?? false;
}
