/** A page that the tests open in a browser. */
export type PageAddress = {
  readonly path: string;
  /** Default: 200. */
  readonly status?: number;
};

/** Every kind of page, in the world of `openPageWorld`. A new page adds its addresses here. */
export const pageAddresses: readonly PageAddress[] = [{ path: '/' }, { path: '/nothing/here', status: 404 }];
