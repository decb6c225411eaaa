/** The keys of the identity data's look-up tables. */

export function familyKey(id: { readonly vendor: string; readonly family: string }): string {
  return `${id.vendor}/${id.family}`;
}

export function datedKey(id: {
  readonly vendor: string;
  readonly family: string;
  readonly tier: string | null;
  readonly snapshot: string;
}): string {
  return `${familyKey(id)}/${id.tier ?? ''}/${id.snapshot}`;
}

export function versionKey(id: { readonly vendor: string; readonly family: string; readonly version: string }): string {
  return `${familyKey(id)} ${id.version}`;
}
