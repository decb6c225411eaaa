import type { ModelName } from '../criterion/pattern.ts';
import { modelKey } from '../identity/model-id.ts';
import type { IdentityTable } from '../identity/table.ts';
import { isVersion, normaliseVersion } from '../identity/version.ts';

/**
 * The one spelling of a model in addresses, unique for its vendor: family, version and tier joined by dashes, with dots
 * inside the version (`gpt-5`, `gpt-4o-mini`, `o4-mini`, `claude-4.1-opus`, `gpt-oss-120b`). If that would be read as
 * another model (a tier that looks like a version), they are joined by `~`: `gpt-vision~~4`. `readModelSlug` reads
 * both.
 */
export function modelSlug(table: IdentityTable, model: ModelName): string {
  const plain = modelKey(model).slice(model.vendor.length + 1);
  const read = readPlain(table, model.vendor, plain);
  return read !== null && isSame(read, model) ? plain : `${model.family}~${model.version ?? ''}~${model.tier ?? ''}`;
}

/** The model of a slug, whether or not any feed lists it; null when the slug is not the canonical spelling of a model. */
export function readModelSlug(table: IdentityTable, vendor: string, slug: string): ModelName | null {
  const read = slug.includes('~') ? readTildes(vendor, slug) : readPlain(table, vendor, slug);
  return read !== null && modelSlug(table, read) === slug ? read : null;
}

function readTildes(vendor: string, slug: string): ModelName | null {
  const [family = '', version = '', tier = '', ...more] = slug.split('~');
  if (family === '' || more.length > 0) return null;
  return { vendor, family, version: version === '' ? null : version, tier: tier === '' ? null : tier };
}

/** The longest family of the vendor that the text begins with, then a version if one follows, then the tier. */
function readPlain(table: IdentityTable, vendor: string, text: string): ModelName | null {
  const families = [...table.families.values()].filter((family) => family.vendor === vendor);
  families.sort((a, b) => b.family.length - a.family.length);
  for (const { family, letters, style } of families) {
    const rest = restAfter(family, text);
    if (rest === null) continue;
    const [first = '', ...others] = rest.split('-');
    const letter = /[a-z]$/.exec(first)?.[0] ?? '';
    const versioned = isVersion(first) && (letter === '' || letters.includes(letter));
    if (versioned && normaliseVersion(first, style) !== first) return null;
    const version = versioned ? first : null;
    const tier = versioned ? others.join('-') : rest.replace(/^-/, '');
    return { vendor, family, version, tier: tier === '' ? null : tier };
  }
  return null;
}

/** The text after a family's name. OpenAI writes the version of its o models directly after it. */
function restAfter(family: string, text: string): string | null {
  if (!text.startsWith(family)) return null;
  const rest = text.slice(family.length);
  if (family === 'o') return rest === '' || /^[-\d]/.test(rest) ? rest : null;
  if (rest === '') return '';
  return rest.startsWith('-') && rest.length > 1 ? rest.slice(1) : null;
}

function isSame(a: ModelName, b: ModelName): boolean {
  return a.vendor === b.vendor && a.family === b.family && a.version === b.version && a.tier === b.tier;
}
