import type { Child } from 'hono/jsx';
import { formatInstant } from '../../domain/instant.ts';
import type { BoardOverview } from '../../services/predictions/board.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { Link } from './links.tsx';
import { Empty, Section } from './parts.tsx';
import { parseDocument } from './prediction-json.ts';
import { StatementLink } from './prediction-list.tsx';
import { StatusMark } from './status.tsx';
import { Time } from './time.tsx';

/** The short lists above the list of all predictions. */
export function Overview({ overview, isNew }: { readonly overview: BoardOverview; readonly isNew: boolean }) {
  const review = overview.review.map(parseDocument);
  const due = overview.due.map(parseDocument);
  return (
    <>
      <FeedNotice feeds={overview.feeds} />
      {isNew ? null : (
        <div class="columns">
          <NewestResolutions resolutions={overview.resolutions} />
          {due.length === 0 ? null : <DueNext due={due} />}
          {review.length === 0 ? null : <ForAPerson review={review} />}
        </div>
      )}
    </>
  );
}

/** Said when no feed works, because nothing can then be settled. */
function FeedNotice({ feeds }: Pick<BoardOverview, 'feeds'>) {
  const polled = feeds.filter(({ isPolled }) => isPolled);
  if (feeds.length > 0 && polled.some(({ health }) => health === 'ok' || health === 'suspect')) return null;
  const never = polled.every(({ health }) => health === 'never');
  if (polled.length === 0)
    return (
      <Empty title="No feed is polled">
        <p>
          Without feeds, nothing is observed and no prediction is settled. <Link to="/docs/guides/feeds">Feeds</Link>{' '}
          explains how to add one.
        </p>
      </Empty>
    );
  return (
    <Empty title={never ? 'No feed has been read yet' : 'No feed can be read'}>
      <p>
        {never
          ? 'The first poll follows within minutes of a start. If this stays, '
          : 'Predictions keep their status until feeds are read again. '}
        {never ? 'check' : 'Check'} that this service may reach the internet, and <code>HTTPS_PROXY</code> if it needs a
        proxy. <Link to="/docs/guides/operations">Operations</Link> has the details.
      </p>
    </Empty>
  );
}

function NewestResolutions({ resolutions }: Pick<BoardOverview, 'resolutions'>) {
  return (
    <Section id="resolved" title="Settled last">
      {resolutions.length === 0 ? (
        <p class="muted">
          Nothing is settled yet. A prediction is settled as soon as the evidence suffices, or when its deadline has
          passed and enough feeds were read without it.
        </p>
      ) : (
        <Entries>
          {resolutions.map(({ slug, statement, outcome, decidedAt, supersedes }) => (
            <li>
              <StatementLink slug={slug} statement={statement} />
              <p class="meta">
                <StatusMark mark={outcome} note={supersedes === null ? undefined : 'corrected'} />
                <Time at={formatInstant(decidedAt)} />
              </p>
            </li>
          ))}
        </Entries>
      )}
    </Section>
  );
}

function DueNext({ due }: { readonly due: readonly PredictionJson[] }) {
  return (
    <Section id="due" title="Next deadlines">
      <Entries>
        {due.map(({ slug, statement, resolve_by }) => (
          <li>
            <StatementLink slug={slug} statement={statement} />
            <p class="meta">{resolve_by === null ? null : <Time at={resolve_by} />}</p>
          </li>
        ))}
      </Entries>
    </Section>
  );
}

function ForAPerson({ review }: { readonly review: readonly PredictionJson[] }) {
  return (
    <Section id="for-a-person" title="A person has to decide">
      <Entries>
        {review.map(({ slug, statement, status, leaning }) => (
          <li>
            <StatementLink slug={slug} statement={statement} />
            <p class="meta">
              <StatusMark
                mark={status === 'disputed' ? 'disputed' : 'proposed'}
                note={
                  leaning?.outcome === undefined || leaning.outcome === null ? undefined : `towards ${leaning.outcome}`
                }
              />
            </p>
          </li>
        ))}
      </Entries>
      <p class="small">
        <Link to="/?status=proposed,disputed">All that are proposed or disputed</Link>
      </p>
    </Section>
  );
}

function Entries({ children }: { readonly children: Child }) {
  return <ul class="entries">{children}</ul>;
}
