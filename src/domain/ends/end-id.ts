import { plainModelId } from '../identity/place.ts';
import type { IdentityTable } from '../identity/table.ts';

/** The longest id of an end; longer ones are cut, so that a row of a table stays small. */
const endIdCharactersMax = 200;

/**
 * The id under which an end is kept: as it is spelled, without the hosts, regions and vendors around it, in lower case. The ids
 * `azure/gpt-5-2025-08-07` and `gpt-5-2025-08-07` have the same.
 */
export function endId(table: IdentityTable, id: string): string {
  return plainModelId(table, id).slice(0, endIdCharactersMax);
}

/** The services that feeds write in several ways: by product, region or protocol. */
const hostForms: readonly (readonly [form: RegExp, host: string])[] = [
  [/azure/, 'azure'],
  [/bedrock/, 'bedrock'],
  [/vertex/, 'vertex'],
];

/** One name per host: `bedrock_converse` and `aws-bedrock` are both `bedrock`. */
export function endHost(host: string): string {
  const plain = host
    .trim()
    .toLowerCase()
    .replaceAll(/[_\s]+/g, '-');
  return hostForms.find(([form]) => form.test(plain))?.[1] ?? plain.slice(0, endIdCharactersMax);
}
