import { escapeXml } from '../../domain/sharing/badge.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { cardHeightPx, cardWidthPx } from './card.tsx';
import { shorten } from './layout.tsx';
import { Link } from './links.tsx';
import { frameOf } from './oembed.ts';
import { Section } from './parts.tsx';
import { useSite } from './site.ts';

const labelCharsMax = 60;

/** Snippets to show the prediction elsewhere, and ways to learn what comes of it. */
export function Share({ prediction }: { readonly prediction: PredictionJson }) {
  const { isPublic } = useSite();
  return (
    <Section id="share" title="Share and follow">
      {isPublic ? (
        <Snippets prediction={prediction} />
      ) : (
        <p>
          Other sites cannot show a badge or a card of it, and feed readers cannot follow it, because reading here
          requires a key.
        </p>
      )}
      <details>
        <summary>Follow it</summary>
        {isPublic ? <Subscriptions prediction={prediction} /> : null}
        <p>
          A <Link to="/docs/guides/webhooks">webhook</Link> for this prediction alone:
        </p>
        <WebhookSnippet slug={prediction.slug} />
      </details>
    </Section>
  );
}

type Props = { readonly prediction: PredictionJson };

function Snippets({ prediction: { slug, statement } }: Props) {
  const { base } = useSite();
  const page = `${base}/predictions/${slug}`;
  const image = `${base}/badges/${slug}.svg`;
  const label = shorten(statement, labelCharsMax);
  return (
    <>
      <p>
        <BadgeImage slug={slug} statement={label} />
      </p>
      <details>
        <summary>Embed the badge or a card</summary>
        <Snippet title="Markdown" text={`[![${label.replaceAll(/[[\]\\]/g, '\\$&')}](${image})](${page})`} />
        <Snippet
          title="A card"
          text={frameOf({ base, slug, statement: label, width: cardWidthPx, height: cardHeightPx })}
        />
        <Snippet title="HTML" text={`<a href="${page}"><img src="${image}" alt="${escapeXml(label)}"></a>`} />
      </details>
    </>
  );
}

function Subscriptions({ prediction: { slug, tags } }: Props) {
  return (
    <ul>
      <li>
        Every resolution of this service: <Link to="/feeds/resolutions.atom">Atom</Link> or{' '}
        <Link to="/feeds/resolutions.json">JSON Feed</Link>
      </li>
      <li>
        Its deadline in your calendar: <Link to={`/calendar.ics?q=${slug}`}>iCalendar</Link>
      </li>
      {tags.slice(0, 3).map((tag) => (
        <li>
          Deadlines with its tag: <Link to={`/calendar.ics?tag=${encodeURIComponent(tag)}`}>{tag}</Link>
        </li>
      ))}
    </ul>
  );
}

function WebhookSnippet({ slug }: { readonly slug: string }) {
  const webhook = { url: 'https://example.com/hook', event_types: ['prediction.resolved'], filter: { ids: [slug] } };
  return <Snippet title="POST /v1/webhook-endpoints" text={JSON.stringify(webhook, null, 2)} />;
}

function BadgeImage({ slug, statement }: { readonly slug: string; readonly statement: string }) {
  const { root } = useSite();
  return <img src={`${root}/badges/${slug}.svg`} alt={`Badge: ${statement}`} height={20} class="badge" />;
}

function Snippet({ title, text }: { readonly title: string; readonly text: string }) {
  return (
    <>
      <p class="small muted">{title}</p>
      <pre tabindex={0}>
        <code>{text}</code>
      </pre>
    </>
  );
}
