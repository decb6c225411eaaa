import type { Child } from 'hono/jsx';
import type { Decider } from '../../domain/scores/decider.ts';
import type { Interval } from '../../domain/scores/score.ts';
import type { Scorecard } from '../../services/scores/scorecards.ts';
import { counted } from './counted.ts';
import { Link, OutsideLink } from './links.tsx';
import { Facts, Table } from './parts.tsx';
import { percent } from './plots/figure.tsx';
import { useSite } from './site.ts';

type CardProps = { readonly card: Scorecard };

const choices: readonly (readonly [decider: Decider | null, title: string])[] = [
  [null, 'All claims'],
  ['resolver', 'Settled by evidence'],
  ['people', 'Decided by people'],
];

/** Links to the record of the claims that one decider settled, at the same moment. */
export function DeciderChoice({ chosen }: { readonly chosen: Decider | null }) {
  const { path, search } = useSite();
  const to = (decider: Decider | null): string => {
    const query = new URLSearchParams([...search].filter(([name]) => name === 'as_of'));
    if (decider !== null) query.set('decided_by', decider);
    return query.size === 0 ? path : `${path}?${query}`;
  };
  return (
    <p class="small">
      Record and scores of:{' '}
      {choices.map(([decider, title], index) => (
        <>
          {index === 0 ? '' : ' · '}
          <Link to={to(decider)} current={decider === chosen}>
            {title}
          </Link>
        </>
      ))}
    </p>
  );
}

/** What came of the claims, all of them: no kind is left out of the numbers. */
export function Record({ card }: CardProps) {
  const { claims } = card;
  const { yes, no, ambiguous, annulled } = claims.outcomes;
  const open = claims.unresolved - claims.overdue;
  const rare = [
    ['Overdue', claims.overdue, 'is overdue', 'Overdue claims are open although their deadline has passed.'],
    ['Ambiguous', ambiguous, 'is ambiguous', 'Of ambiguous claims it is unclear what happened.'],
    ['Annulled', annulled, 'was annulled', 'Annulled claims were defective.'],
    ['Withdrawn', claims.withdrawn, 'was withdrawn', ''],
    ['Disputed', claims.disputed, 'is disputed', 'Disputed claims are also counted by their outcome.'],
    [
      'In hindsight',
      claims.hindsight,
      'was recorded in hindsight',
      'Claims in hindsight were recorded after the outcome had happened or was known. They are also counted by their outcome, and scored apart.',
    ],
  ] as const;
  const none = rare.filter(([, count]) => count === 0).map(([, , phrase]) => phrase);
  return (
    <>
      <Numbers
        numbers={[
          ['Claims', claims.recorded],
          ['Came true', yes],
          ['Did not', no],
          ['Open', open],
          ...rare.filter(([, count]) => count > 0).map(([name, count]) => [name, count] as const),
        ]}
      />
      {claims.selfStated === 0 ? null : (
        <p class="small">
          Left out of all figures: {counted(claims.selfStated, 'self-stated claim')}. Only the statement that such a
          claim was made from shows its outcome.
        </p>
      )}
      <p class="muted small">
        {none.length === 0 ? null : `No claim ${listed(none)}. `}
        {rare
          .filter(([, count, , meaning]) => count > 0 && meaning !== '')
          .map(([, , , meaning]) => meaning)
          .join(' ')}
      </p>
    </>
  );
}

/** Phrases as one: `is overdue, is ambiguous or was withdrawn`. */
function listed(phrases: readonly string[]): string {
  const last = phrases.at(-1) ?? '';
  return phrases.length < 2 ? last : `${phrases.slice(0, -1).join(', ')} or ${last}`;
}

/** Numbers side by side, also on a narrow page. */
function Numbers({ numbers }: { readonly numbers: readonly (readonly [term: string, value: number])[] }) {
  return (
    <dl class="facts numbers">
      {numbers.map(([term, value]) => (
        <div>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Hits and misses of the claims without a probability, beside their number. */
export function Hits({ card: { plain, plainHindsight } }: CardProps) {
  const rows = [
    ['Recorded in time', plain],
    ['Recorded in hindsight', plainHindsight],
  ] as const;
  const shown = rows.filter(([, hits]) => hits.hitRate !== null);
  if (shown.length === 0) return <p class="muted">None of them has come true or failed yet.</p>;
  return (
    <Table
      caption="A claim is right if its outcome is yes. No probability is assumed for it."
      columns={['Claims', 'n', 'Right', 'Wrong', 'Share right', '95 % interval']}
      rows={shown.map(([name, { right, wrong, hitRate, interval }]) => [
        name,
        right + wrong,
        right,
        wrong,
        hitRate === null ? missing : percent(hitRate),
        describe(interval),
      ])}
      numeric={[1, 2, 3, 4, 5]}
    />
  );
}

const missing = '–';

function describe(interval: Interval | null): string {
  return interval === null ? missing : `${percent(interval.low)} to ${percent(interval.high)}`;
}

function decimals(value: number | null, digits: number): string {
  return value === null ? missing : value.toFixed(digits).replace('-', '−');
}

type ScoreRow = readonly [name: Child, value: string, predictions: number, meaning: string];

/** Every score of the probabilities, each beside the number of predictions that it is of. */
export function Scores({ card }: CardProps) {
  const { score, hindsightScore, peer, coverage, forecasts } = card;
  const all = Object.values(forecasts).reduce((sum, count) => sum + count, 0);
  if (all === 0)
    return (
      <p class="muted">
        This predictor has stated no probability. <Link to="/docs/guides/forecasts">Forecasts and scores</Link> shows
        how one is recorded.
      </p>
    );
  const rows: readonly ScoreRow[] = [
    [<Formula of="brier" />, decimals(score.brier, 3), score.predictions, '0 is best; always 50 % gives 0.25'],
    ['Brier score of the last forecasts', decimals(score.brierLast, 3), score.predictions, 'the same without weights'],
    [<Formula of="log" />, decimals(score.logScore, 3), score.predictions, '0 is best; always 50 % gives −0.693'],
    [
      <Formula of="baseline" />,
      decimals(score.baselineScore, 1),
      score.predictions,
      '100 is best; always 50 % gives 0',
    ],
    [<Formula of="peer" />, decimals(peer.score, 1), peer.predictions, 'above 0 is better than the others'],
    ...(hindsightScore.predictions === 0 ? [] : [inHindsight(hindsightScore)]),
  ];
  return (
    <>
      <Facts
        facts={[
          ['Scored', `${counted(score.forecasts, 'forecast')} of ${counted(score.predictions, 'prediction')}`],
          [
            'Own claims with a forecast',
            coverage.share === null
              ? 'none is settled'
              : `${coverage.part} of ${coverage.whole} settled (${percent(coverage.share)})`,
          ],
          ['Waiting for an outcome', countedOrNull(forecasts.waiting)],
          ['Without an answer', countedOrNull(forecasts.unanswered)],
          ['Too late, or of another criterion', countedOrNull(forecasts.too_late + forecasts.other_criterion)],
          ['In hindsight', countedOrNull(forecasts.hindsight)],
        ]}
      />
      <Table
        caption="Each forecast weighs as long as it stood; all predictions weigh the same. Nothing is assumed where there is no forecast."
        columns={['Score', 'Value', 'Predictions', 'How to read it']}
        rows={rows}
        numeric={[1, 2]}
      />
    </>
  );
}

function inHindsight({ brier, predictions }: Scorecard['hindsightScore']): ScoreRow {
  return ['Brier score in hindsight', decimals(brier, 3), predictions, 'not comparable'];
}

function countedOrNull(forecasts: number): string | null {
  return forecasts === 0 ? null : counted(forecasts, 'forecast');
}

const formulas = {
  brier: ['Brier score', 'https://doi.org/10.1175/1520-0493(1950)078%3C0001:VOFEIT%3E2.0.CO;2'],
  log: ['Logarithmic score', 'https://doi.org/10.1111/j.2517-6161.1952.tb00104.x'],
  baseline: ['Baseline score', 'https://www.metaculus.com/help/scores-faq/#baseline-score'],
  peer: ['Peer score', 'https://www.metaculus.com/help/scores-faq/#peer-score'],
} as const;

/** The name of a score, with a link to where its formula was published. */
function Formula({ of }: { readonly of: keyof typeof formulas }) {
  const [name, source] = formulas[of];
  return <OutsideLink href={source}>{name}</OutsideLink>;
}
