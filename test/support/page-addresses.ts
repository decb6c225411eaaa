/** A page that the tests open in a browser. */
export type PageAddress = {
  readonly path: string;
  /** Default: 200. */
  readonly status?: number;
};

/** Every kind of page, in the world of `openPageWorld`. A new page adds its addresses here. */
export const pageAddresses: readonly PageAddress[] = [
  { path: '/' },
  { path: '/?status=proposed,disputed&q=nothing%20like%20it&family=gpt' },
  { path: '/predictions/gpt-5-never-released' },
  { path: '/predictions/o5-arrives' },
  { path: '/predictions/o4-before-gpt-5' },
  { path: '/predictions/eventful' },
  { path: '/predictions/taken-back' },
  { path: '/nothing/here', status: 404 },
  { path: '/?q=hostile-' },
  { path: '/predictions/hostile-markup' },
  { path: '/predictions/hostile-long-word' },
  { path: '/predictions/hostile-right-to-left' },
];
