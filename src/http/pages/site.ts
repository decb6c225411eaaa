import { createContext, useContext } from 'hono/jsx';
import type { PageSession } from '../../services/access/page-sessions.ts';

/** What the components of a page need to know about the address that it is served at. */
export type Site = {
  /** The path that was requested, such as `/predictions/gpt-5`. */
  readonly path: string;
  readonly search: URLSearchParams;
  /** The relative address of the service's root, because a proxy may serve it under a path: `.`, `..`, `../..`. */
  readonly root: string;
  /** The absolute address of the root, for links that are copied elsewhere. */
  readonly base: string;
  /** The session of a person who has signed in. */
  readonly session: PageSession | null;
  /** False if the caller could not read pages: the navigation is then left out. */
  readonly isReadable: boolean;
  /** True if reading requires no key. */
  readonly isPublic: boolean;
};

const nowhere: Site = {
  path: '/',
  search: new URLSearchParams(),
  root: '.',
  base: '',
  session: null,
  isReadable: true,
  isPublic: false,
};

export const SiteContext = createContext<Site>(nowhere);

/** The site of the page that is being rendered. */
export function useSite(): Site {
  return useContext(SiteContext);
}

/** The relative address of the root, seen from a path. */
export function rootOf(path: string): string {
  const above = path.split('/').length - 2;
  return above <= 0 ? '.' : Array(above).fill('..').join('/');
}

/** The address of the page with other parameters: those given replace the current ones, and null removes one. */
export function searchWith(search: URLSearchParams, changes: Readonly<Record<string, string | null>>): string {
  const changed = new URLSearchParams([...search].filter(([name]) => !(name in changes)));
  for (const [name, value] of Object.entries(changes)) if (value !== null) changed.set(name, value);
  const text = changed.toString();
  return text === '' ? '' : `?${text}`;
}
