/**
 * How final a stated end is. `earliest`: the model does not end before that day. `planned`: it is meant to end then. `firm`: the
 * day was announced as final. `passed`: the row says that the model has ended.
 */
export const endKinds = ['earliest', 'planned', 'firm', 'passed'] as const;

export type EndKind = (typeof endKinds)[number];

/**
 * What a stated end applies to: the vendor's own service, the service of a host, or one plan or app while the vendor's
 * API continues.
 */
export const endScopes = ['vendor', 'host', 'plan'] as const;

export type EndScope = (typeof endScopes)[number];

export type StatedEnd = {
  readonly kind: EndKind;
  /** Omitted if the namespace of the row decides: `vendor` in the vendor's own rows, `host` in all others. */
  readonly scope?: EndScope;
};

/** The kind of an end. A row that states none, such as the oldest stored rows, has the kind of a plain date. */
export function endKindOf(end: StatedEnd | undefined): EndKind {
  return end?.kind ?? 'planned';
}

/** The scope of an end. Only a row in the vendor's own namespace can state an end of the vendor's service. */
export function endScopeOf(end: StatedEnd | undefined, isOwn: boolean): EndScope {
  const stated = end?.scope ?? 'vendor';
  return stated === 'vendor' && !isOwn ? 'host' : stated;
}

/** Whether a row of the vendor's own namespace states an end of the vendor's own service. An `earliest` day is not an end. */
export function statesVendorEnd(end: StatedEnd | undefined): boolean {
  return endKindOf(end) !== 'earliest' && endScopeOf(end, true) === 'vendor';
}
