/** The policy of a page. Only the card, which shows nothing to press but a link, may be framed by other sites. */
export function policyOf({ isCard }: { readonly isCard: boolean }): string {
  return isCard ? pagePolicy.replace("frame-ancestors 'none'", 'frame-ancestors *') : pagePolicy;
}

/** Allows nothing from other hosts and nothing inline. Forms lead to this service only, and no site may frame a page. */
export const pagePolicy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
