import { findAdapter } from '../../domain/feeds/adapters/registry.ts';
import { mergePatch } from '../../domain/feeds/merge-patch.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Deps } from '../deps.ts';

/**
 * The options of a feed as stored: validated by its adapter, or null if the adapter has none. Refuses with pointers
 * under `#/options`.
 */
export function checkFeedOptions(deps: Pick<Deps, 'identity'>, adapterName: string, given: unknown): unknown {
  const adapter = findAdapter(adapterName);
  const options = given ?? null;
  if (adapter?.options === undefined) {
    if (options === null) return null;
    throw refuseOptions(`the adapter ${adapterName} takes no options`, '#/options');
  }
  if (options === null)
    throw refuseOptions(
      `the adapter ${adapterName} requires options that say where the rows are: {"items": "/data", …}`,
      '#/options',
    );
  const checked = adapter.options.read(options);
  const { vendor } = checked;
  if (vendor !== undefined && !deps.identity.vendors.has(vendor))
    throw refuseOptions(`${vendor} is not a vendor of the identity data`, '#/options/vendor');
  return checked;
}

/** The options after a merge patch (RFC 7396), validated as a whole. */
export function patchFeedOptions(
  deps: Pick<Deps, 'identity'>,
  feed: { readonly adapter: string; readonly options: unknown },
  patch: unknown,
): unknown {
  return checkFeedOptions(deps, feed.adapter, mergePatch(feed.options, patch));
}

function refuseOptions(detail: string, pointer: string): Refusal {
  return new Refusal('validation_failed', detail, [{ detail, pointer }]);
}
