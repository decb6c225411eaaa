import type { PredictionJson } from '../predictions/json.ts';
import { shorten } from './layout.tsx';
import { Link, Said } from './links.tsx';
import { Reason, Sentence } from './sentence.tsx';
import { markOf, noteOf, StatusMark } from './status.tsx';
import { Time } from './time.tsx';
import { PastLink } from './travel.tsx';

/** The most characters of a statement and of a reason in a list. The page of the prediction has all of them. */
const statementCharsMax = 300;
const reasonCharsMax = 200;

/** Predictions with their marks, the statement leading to the page of each. */
export function PredictionList({
  predictions,
  isOfOne = false,
}: {
  readonly predictions: readonly PredictionJson[];
  /** True for the claims of one predictor, whose name is not repeated. */
  readonly isOfOne?: boolean;
}) {
  return (
    <ol class="predictions">
      {predictions.map((prediction) => (
        <li>
          <PredictionItem prediction={prediction} isOfOne={isOfOne} />
        </li>
      ))}
    </ol>
  );
}

type ItemProps = { readonly prediction: PredictionJson; readonly isOfOne: boolean };

function PredictionItem({ prediction, isOfOne }: ItemProps) {
  const { predictor, source, made_at, resolve_by, tags } = prediction;
  return (
    <article class="prediction">
      <StatusMark mark={markOf(prediction)} note={noteOf(prediction)} />
      <div>
        <StatementLink slug={prediction.slug} statement={prediction.statement} />
        <p class="what-came">{describeState(prediction)}</p>
        <p class="meta">
          {predictor === null || isOfOne ? null : (
            <PastLink to={`/predictors/${encodeURIComponent(predictor.id)}`}>
              <Said>{predictor.name}</Said>
            </PastLink>
          )}
          <span>
            made <Time at={made_at} />
          </span>
          {resolve_by === null ? null : (
            <span>
              due <Time at={resolve_by} />
            </span>
          )}
          {source === null ? null : (
            <PastLink to={`/sources/${encodeURIComponent(source.id)}`}>
              <Said>{shorten(source.title, 80)}</Said>
            </PastLink>
          )}
          {tags.slice(0, 5).map((tag) => (
            <Link to={`/?tag=${encodeURIComponent(tag)}`} class="tag">
              <Said>{tag}</Said>
            </Link>
          ))}
        </p>
      </div>
    </article>
  );
}

/** The statement as the link to the page of its prediction. */
export function StatementLink({ slug, statement }: { readonly slug: string; readonly statement: string }) {
  return (
    <p class="statement">
      <PastLink to={`/predictions/${encodeURIComponent(slug)}`} class="statement-link">
        <Said>{shorten(statement, statementCharsMax)}</Said>
      </PastLink>
    </p>
  );
}

function describeState({ resolution, leaning, status, withdrawn_at, criterion, criterion_text }: PredictionJson) {
  if (status === 'withdrawn')
    return withdrawn_at === null ? null : (
      <>
        Withdrawn <Time at={withdrawn_at} />.
      </>
    );
  if (status === 'disputed' && leaning !== null) return <Sentence>{shorten(leaning.text, reasonCharsMax)}</Sentence>;
  if (resolution !== null)
    return (
      <>
        <Time at={resolution.effective_at} />:{' '}
        <Reason decidedBy={resolution.decided_by}>{shorten(resolution.reason, reasonCharsMax)}</Reason>
      </>
    );
  // The question repeats the statement.
  if (criterion.op === 'judged' && leaning === null) return 'Waits for a person to judge it.';
  return <Sentence>{shorten(leaning?.text ?? criterion_text, reasonCharsMax)}</Sentence>;
}
