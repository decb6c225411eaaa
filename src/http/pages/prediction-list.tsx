import type { PredictionJson } from '../predictions/json.ts';
import { shorten } from './layout.tsx';
import { Link, Said } from './links.tsx';
import { markOf, noteOf, StatusMark } from './status.tsx';
import { Sentence, Time } from './time.tsx';

/** The most characters of a statement and of a reason in a list. The page of the prediction has all of them. */
const statementCharsMax = 300;
const reasonCharsMax = 200;

/** Predictions with their marks, the statement leading to the page of each. */
export function PredictionList({ predictions }: { readonly predictions: readonly PredictionJson[] }) {
  return (
    <ol class="predictions">
      {predictions.map((prediction) => (
        <li>
          <PredictionItem prediction={prediction} />
        </li>
      ))}
    </ol>
  );
}

function PredictionItem({ prediction }: { readonly prediction: PredictionJson }) {
  const { predictor, source, made_at, resolve_by, tags } = prediction;
  return (
    <article class="prediction">
      <StatusMark mark={markOf(prediction)} note={noteOf(prediction)} />
      <div>
        <StatementLink slug={prediction.slug} statement={prediction.statement} />
        <p class="what-came">{describeState(prediction)}</p>
        <p class="meta">
          {predictor === null ? null : (
            <Link to={`/predictors/${encodeURIComponent(predictor.id)}`}>
              <Said>{predictor.name}</Said>
            </Link>
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
            <Link to={`/sources/${encodeURIComponent(source.id)}`}>
              <Said>{shorten(source.title, 80)}</Said>
            </Link>
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
      <Link to={`/predictions/${encodeURIComponent(slug)}`} class="statement-link">
        <Said>{shorten(statement, statementCharsMax)}</Said>
      </Link>
    </p>
  );
}

function describeState({ resolution, leaning, standing, status, withdrawn_at, criterion_text }: PredictionJson) {
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
        <Time at={resolution.effective_at} />: <Sentence>{shorten(resolution.reason, reasonCharsMax)}</Sentence>
      </>
    );
  return <Sentence>{shorten(leaning?.text ?? standing ?? criterion_text, reasonCharsMax)}</Sentence>;
}
