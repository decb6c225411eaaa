import { parseInstant } from '../../domain/instant.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { mayDecide } from './decision.tsx';
import { FeedLink } from './feed-link.tsx';
import { shorten } from './layout.tsx';
import { Link, OutsideLink, Said } from './links.tsx';
import { Facts, Section } from './parts.tsx';
import { deciderOf } from './prediction-history.tsx';
import { Reason, Sentence } from './sentence.tsx';
import { useSite } from './site.ts';
import { type Mark, markOf, StatusMark } from './status.tsx';
import { Time } from './time.tsx';
import { PastNotice } from './travel.tsx';
import { WitnessList } from './witnesses.tsx';

/** Long texts are cut; the JSON has all of them. */
const reasonCharsMax = 1500;
const noteCharsMax = 1000;
/** Errata on the page. */
const errataShown = 10;

/** Who said it, when and where, and the statement. */
export function Heading({ prediction }: { readonly prediction: PredictionJson }) {
  const { predictor, source, locator, made_at, tags, probability } = prediction;
  return (
    <header>
      <h1 class="claim">
        <Said>{prediction.statement}</Said>
      </h1>
      <p class="byline">
        {predictor === null ? (
          'A claim, '
        ) : (
          <>
            A claim of <PredictorLink {...predictor} />,{' '}
          </>
        )}
        made {made_at.length > 'yyyy-mm'.length ? 'on' : 'in'} <Time at={made_at} />
        {source === null ? null : (
          <>
            {', recorded from '}
            <Link to={`/sources/${encodeURIComponent(source.id)}`}>
              <Said>{source.title}</Said>
            </Link>
            {locator === null ? null : (
              <>
                , <Said>{locator}</Said>
              </>
            )}
            {source.url === null ? null : (
              <>
                {' '}
                (<OutsideLink href={source.url}>original</OutsideLink>)
              </>
            )}
          </>
        )}
        {probability === null ? null : `, with a probability of ${Math.round(probability * 1000) / 10}\u00a0%`}.
      </p>
      {tags.length === 0 ? null : (
        <p class="meta">
          {tags.map((tag) => (
            <Link to={`/?tag=${encodeURIComponent(tag)}`} class="tag">
              <Said>{tag}</Said>
            </Link>
          ))}
        </p>
      )}
    </header>
  );
}

function PredictorLink({ id, name }: { readonly id: string; readonly name: string }) {
  return (
    <Link to={`/predictors/${encodeURIComponent(id)}`}>
      <Said>{name}</Said>
    </Link>
  );
}

const phrases: { readonly [M in Mark]: string } = {
  yes: 'It came true.',
  no: 'It did not come true.',
  ambiguous: 'What happened is unclear.',
  annulled: 'The claim was defective. It is not scored.',
  open: 'It is not settled yet.',
  proposed: 'A person has to decide.',
  disputed: 'The evidence contradicts itself, or the resolution.',
  withdrawn: 'It was taken back.',
  undetermined: '',
};

/** What came of it, at a glance, and why. */
export function Verdict({ prediction }: { readonly prediction: PredictionJson }) {
  const mark = markOf(prediction);
  const { as_of: stamp, review, hindsight, self_stated, from_end } = prediction;
  return (
    <div class={`verdict panel ${mark}`}>
      <PastNotice at={stamp === null ? null : parseInstant(stamp.at)} />
      <p class="verdict-mark">
        <StatusMark mark={mark} />
        <span class="verdict-phrase">{phrases[mark]}</span>
      </p>
      <p class="verdict-words">
        <VerdictWords prediction={prediction} />
      </p>
      {hindsight ? (
        <p class="small muted">
          Recorded in hindsight: what settles it had already happened, or was known, when the claim was recorded here.
          It does not count in scores.
        </p>
      ) : null}
      {self_stated && from_end !== null ? (
        <p class="small muted">
          Self-stated: the claim repeats the end that the feed <FeedLink feed={from_end.feed} /> states, and no other
          first party shows its outcome. It does not count in scores.
        </p>
      ) : null}
      <VerdictFacts prediction={prediction} />
      {stamp === null ? <DecideLink prediction={prediction} /> : null}
      {review === null ? null : <Review review={review} />}
    </div>
  );
}

/** For a person who has signed in and may decide. */
function DecideLink({ prediction: { slug, status } }: { readonly prediction: PredictionJson }) {
  const { session } = useSite();
  if (status === 'withdrawn' || !mayDecide(session)) return null;
  return (
    <p>
      <Link to={`/predictions/${encodeURIComponent(slug)}/decide`}>
        {status === 'resolved' ? 'Decide it again' : 'Decide it'}
      </Link>
    </p>
  );
}

function VerdictWords({ prediction }: { readonly prediction: PredictionJson }) {
  const { status, resolution, leaning, standing, withdrawn_at, criterion } = prediction;
  if (status === 'withdrawn')
    return (
      <>
        Withdrawn {withdrawn_at === null ? null : <Time at={withdrawn_at} />}, before anything was known about its
        outcome. It is never resolved.
      </>
    );
  if (status === 'disputed' && leaning !== null)
    return (
      <>
        Later evidence says {leaning.outcome ?? 'something else'}: <Sentence>{leaning.text}</Sentence>
      </>
    );
  if (resolution !== null)
    return <Reason decidedBy={resolution.decided_by}>{shorten(resolution.reason, reasonCharsMax)}</Reason>;
  if (leaning !== null)
    return (
      <>
        {leaning.outcome === null
          ? 'A person must decide: '
          : `The evidence points to ${leaning.outcome}, not enough: `}
        <Sentence>{leaning.text}</Sentence>
      </>
    );
  if (standing !== null)
    return (
      <>
        No evidence settles it so far (<Sentence>{standing}</Sentence>).
      </>
    );
  if (criterion.op === 'judged') return <>Only a person can answer this question, and none has yet.</>;
  return <>No evidence settles it so far.</>;
}

function VerdictFacts({ prediction }: { readonly prediction: PredictionJson }) {
  const { resolution, resolve_by, recorded_at, evaluated_through } = prediction;
  return (
    <Facts
      facts={[
        ['Happened', resolution === null ? null : <Time at={resolution.effective_at} />],
        ['Known since', resolution === null ? null : <Time at={resolution.known_at} />],
        ['Decided', resolution === null ? null : <Decision resolution={resolution} />],
        ['Chance that the absence is wrong', describeMiss(resolution?.miss_chance ?? null)],
        ['Deadline', resolve_by === null ? resolution === null ? 'none' : null : <Time at={resolve_by} />],
        ['Recorded', <Time at={recorded_at} />],
        ['Checked through', evaluated_through === null || resolution !== null ? null : <Time at={evaluated_through} />],
      ]}
    />
  );
}

type Resolution = Exclude<PredictionJson['resolution'], null>;

function Decision({ resolution: { decided_at, decided_by, supersedes } }: { readonly resolution: Resolution }) {
  return (
    <>
      <Time at={decided_at} /> by {deciderOf(decided_by)}
      {supersedes === null ? null : ', correcting an earlier resolution'}
    </>
  );
}

/** A chance as "1 in 160"; null without one. */
export function describeMiss(chance: number | null): string | null {
  if (chance === null || chance <= 0) return null;
  return `1 in ${Math.round(1 / chance).toLocaleString('en')}`;
}

function Review({ review }: { readonly review: Exclude<PredictionJson['review'], null> }) {
  return (
    <div class="columns">
      <Side title={`For ${review.leaning.outcome ?? 'it'}`} side={review.supporting} />
      <Side title="Against" side={review.contradicting} />
    </div>
  );
}

function Side({
  title,
  side: { witnesses, coverage, more },
}: {
  readonly title: string;
  readonly side: Exclude<PredictionJson['review'], null>['supporting'];
}) {
  return (
    <div>
      <h2 class="side">{title}</h2>
      {witnesses.length + coverage.length === 0 ? <p class="muted">No evidence.</p> : null}
      <WitnessList witnesses={witnesses} />
      {coverage.length === 0 ? null : (
        <ul class="small">
          {coverage.map(({ feed, watermark }) => (
            <li>
              <FeedLink feed={feed} /> does not list it
              {watermark === null ? null : (
                <>
                  , read to <Time at={watermark} />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {more === 0 ? null : <p class="small muted">and {more} more in the JSON</p>}
    </div>
  );
}

/** Corrections beside the words, which stay as they are. */
export function Errata({ errata }: Pick<PredictionJson, 'errata'>) {
  if (errata.length === 0) return null;
  return (
    <Section id="errata" title="Errata">
      <ul>
        {errata.slice(-errataShown).map(({ text, reason, recorded_at }) => (
          <li>
            <Said>{shorten(text, noteCharsMax)}</Said>{' '}
            <span class="muted">
              (<Said>{shorten(reason, noteCharsMax)}</Said>, <Time at={recorded_at} />)
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
