import type { Child } from 'hono/jsx';
import { useSite } from './site.ts';

type LinkProps = {
  /** A path of this service, with its query and fragment. */
  readonly to: string;
  readonly children?: Child;
  readonly class?: string;
  readonly rel?: string;
  readonly type?: string;
  readonly target?: '_blank';
  readonly title?: string | undefined;
  readonly current?: boolean;
};

/** A link to a path of this service. */
export function Link({ to, children, current, ...attributes }: LinkProps) {
  const { root } = useSite();
  return (
    <a href={`${root}${to}`} aria-current={current === true ? 'page' : undefined} {...attributes}>
      {children}
    </a>
  );
}

/** A link to an address that somebody recorded. Only web addresses become links; any other is shown as text. */
export function OutsideLink({ href, children }: { readonly href: string | null; readonly children: Child }) {
  if (href === null || !isWebAddress(href)) return <>{children}</>;
  return (
    <a href={href} rel="nofollow noopener noreferrer" class="outside">
      {children}
    </a>
  );
}

export function isWebAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol } = new URL(text);
  return protocol === 'https:' || protocol === 'http:';
}

/** Text that somebody recorded: in its own direction, and isolated, so that it cannot reorder what is around it. */
export function Said({ children }: { readonly children: string }) {
  return <bdi dir="auto">{children}</bdi>;
}
