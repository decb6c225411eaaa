/** Allows nothing from other hosts and nothing inline. Forms lead to this service only, and no site may frame a page. */
export const pagePolicy =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
