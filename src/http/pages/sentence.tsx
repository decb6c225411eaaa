import type { Child } from 'hono/jsx';
import { feedTitle } from '../../domain/feeds/feed-title.ts';
import { vendorTitle } from '../../domain/identity/display-names.ts';
import { Said } from './links.tsx';
import { Time } from './time.tsx';

/** Days, instants and intervals in a text that the service wrote, but not those within the name of a model. */
const momentPattern =
  /(?<![\w./-])((?:(?:\.\.|\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?)\/)?\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?Z)?)(?![\w-])/;

/** Words that can be the id of a model (`openai/gpt-5`), a feed or an origin, but not one that was cut. */
const idPattern =
  /(?<![\w./-])[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*(?:\/[a-z0-9](?:[a-z0-9.~-]*[a-z0-9~])?)?(?![\w/…-])/g;

/** An interval whose start is unknown (`../2025-08-07`) is written as its end. */
function Interval({ at }: { readonly at: string }) {
  if (!at.startsWith('../')) return <Time at={at} />;
  return (
    <>
      by <Time at={at.slice(3)} />
    </>
  );
}

/** The reason of a resolution. What a person wrote is quoted as it is. */
export function Reason({ decidedBy, children }: { readonly decidedBy: string; readonly children: string }) {
  return decidedBy === 'resolver' ? <Sentence>{children}</Sentence> : <Said>{children}</Said>;
}

/** A sentence that the service wrote: days, instants, models and feeds as people write them, each with its exact text as the title. */
export function Sentence({ children }: { readonly children: string }) {
  const parts = children.split(momentPattern);
  // The parts at odd places are what the pattern found.
  return (
    <bdi dir="auto">{parts.map((part, index) => (index % 2 === 1 ? <Interval at={part} /> : withNames(part)))}</bdi>
  );
}

/** The text with the names of models and feeds instead of their ids, which become titles. Other words are not split. */
function withNames(text: string): Child[] {
  const parts: Child[] = [];
  let shown = 0;
  for (const { 0: id, index } of text.matchAll(idPattern)) {
    const name = nameOf(id);
    if (name === id) continue;
    parts.push(text.slice(shown, index), <span title={id}>{name}</span>);
    shown = index + id.length;
  }
  return [...parts, text.slice(shown)];
}

/** The name of a model, a feed or a vendor as other pages write it; other words remain. */
function nameOf(id: string): string {
  const [vendor = '', slug] = id.split('/');
  if (slug === undefined) return feedTitle(id) === id ? vendorTitle(id) : feedTitle(id);
  return vendorTitle(vendor) === vendor ? id : `${vendorTitle(vendor)} ${slug}`;
}
