import { vendorTitle } from '../../domain/identity/display-names.ts';
import { useSite } from './site.ts';

/** The field of a form that chooses a vendor. */
export function VendorChoice({ vendors }: { readonly vendors: readonly string[] }) {
  const chosen = useSite().search.get('vendor') ?? '';
  const all = chosen === '' || vendors.includes(chosen) ? vendors : [chosen, ...vendors];
  return (
    <p class="field">
      <label for="vendor">Vendor</label>
      <select id="vendor" name="vendor">
        <option value="">Any vendor</option>
        {all.map((vendor) => (
          <option value={vendor} selected={vendor === chosen}>
            {vendorTitle(vendor)}
          </option>
        ))}
      </select>
    </p>
  );
}
