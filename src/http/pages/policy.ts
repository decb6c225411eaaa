/** The policy of a page. Only the card, which shows nothing to press but a link, may be framed by other sites. */
export function policyOf({ isCard }: { readonly isCard: boolean }): string {
  return isCard ? `${restPolicy}; frame-ancestors *` : pagePolicy;
}

/** Allows nothing from other hosts and nothing inline. Forms lead to this service only. */
const restPolicy = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'";

/** Allows the one script as well, which asks this service what has changed. No site may frame a page. */
export const pagePolicy = `${restPolicy}; script-src 'self'; connect-src 'self'; frame-ancestors 'none'`;
