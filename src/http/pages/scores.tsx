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
  return (
    <>
      <Numbers
        numbers={[
          ['Claims', claims.recorded],
          ['Came true', yes],
          ['Did not', no],
          ['Open', open],
          ['Overdue', claims.overdue],
          ['Ambiguous', ambiguous],
          ['Annulled', annulled],
          ['Withdrawn', claims.withdrawn],
          ['Disputed', claims.disputed],
          ['In hindsight', claims.hindsight],
        ]}
      />
      <p class="muted small">
        Disputed claims and those in hindsight are also counted by their outcome. Overdue claims are open although their
        deadline has passed. A claim that can only be refuted counts as open until it is. What was recorded after the
        outcome was known or had happened is hindsight and is scored apart.
      </p>
    </>
  );
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
  if (rows.every(([, hits]) => hits.hitRate === null))
    return <p class="muted">None of them has come true or failed yet.</p>;
  return (
    <Table
      caption="A claim is right if its outcome is yes. No probability is assumed for it."
      columns={['Claims', 'n', 'Right', 'Wrong', 'Share right', '95 % interval']}
      rows={rows.map(([name, { right, wrong, hitRate, interval }]) => [
        name,
        right + wrong,
        right,
        wrong,
        hitRate === null ? none : percent(hitRate),
        describe(interval),
      ])}
      numeric={[1, 2, 3, 4, 5]}
    />
  );
}

const none = '–';

function describe(interval: Interval | null): string {
  return interval === null ? none : `${percent(interval.low)} to ${percent(interval.high)}`;
}

function decimals(value: number | null, digits: number): string {
  return value === null ? none : value.toFixed(digits).replace('-', '−');
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
    ['Brier score in hindsight', decimals(hindsightScore.brier, 3), hindsightScore.predictions, 'not comparable'],
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
          ['Waiting for an outcome', counted(forecasts.waiting, 'forecast')],
          ['Without an answer', counted(forecasts.unanswered, 'forecast')],
          ['Too late, or of another criterion', counted(forecasts.too_late + forecasts.other_criterion, 'forecast')],
          ['In hindsight', counted(forecasts.hindsight, 'forecast')],
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
