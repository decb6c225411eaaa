import type { Criterion } from '../../domain/criterion/criterion.ts';
import { partsOf } from '../../domain/criterion/parts.ts';
import { describeCriterion } from '../../domain/criterion/text.ts';
import {
  type AbsenceNote,
  type ExplanationNode,
  nodesOf,
  type WatermarkNote,
} from '../../domain/evaluation/explanation.ts';
import { feedTitle } from '../../domain/feeds/feed-title.ts';
import type { Proof } from '../../services/predictions/proof.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { FeedLink } from './feed-link.tsx';
import { shorten } from './layout.tsx';
import { Link, Said } from './links.tsx';
import { Section } from './parts.tsx';
import { CriterionText } from './prediction-criterion.tsx';
import { describeMiss } from './prediction-verdict.tsx';
import { Sentence } from './sentence.tsx';
import { StatusMark } from './status.tsx';
import { Time } from './time.tsx';
import { WitnessList } from './witnesses.tsx';

export type ShownProof = Proof;

/** The most witnesses, watermarks and origins on the page. */
export const proofEntriesMax = 24;
/** The most nodes on the page. */
const nodesMax = 30;
const textCharsMax = 400;

/** The explanation as a proof: each step with its verdict, the reason, and the observations that it rests on. */
export function ProofSection({
  prediction,
  proof,
}: {
  readonly prediction: PredictionJson;
  readonly proof: ShownProof | null;
}) {
  const { resolution, status } = prediction;
  if (proof === null && resolution === null) return null;
  return (
    <Section id="why" title={status === 'open' ? 'Where it stands' : 'Why'}>
      {resolution === null || resolution.decided_by === 'resolver' ? null : <Decided resolution={resolution} />}
      {proof === null ? null : <Tree prediction={prediction} proof={proof} />}
    </Section>
  );
}

/** A decision of a person: the observations that it names. */
function Decided({ resolution }: { readonly resolution: Exclude<PredictionJson['resolution'], null> }) {
  const { reason, evidence } = resolution;
  const shown = evidence.slice(0, proofEntriesMax);
  return (
    <>
      <p>
        A person decided: <Said>{shorten(reason, textCharsMax)}</Said>
      </p>
      {shown.length === 0 ? (
        <p class="muted">The decision names no observation.</p>
      ) : (
        <ul class="witnesses">
          {shown.map((id) => (
            <li>
              <Link to={`/observations/${encodeURIComponent(id)}`}>{id}</Link>
            </li>
          ))}
        </ul>
      )}
      {shown.length === evidence.length ? null : <p class="small">and {evidence.length - shown.length} more</p>}
    </>
  );
}

function Tree({ prediction, proof }: { readonly prediction: PredictionJson; readonly proof: ShownProof }) {
  const { explanation, omitted, basis } = proof;
  const { kept, left } = keepNodes(explanation, nodesMax);
  const entries = omitted.witnesses + omitted.watermarks + omitted.origins;
  const isOverruled = basis === 'evaluated' && prediction.resolution !== null;
  return (
    <>
      {isOverruled ? <h3>What the recorded evidence says by itself</h3> : null}
      <ol class="proof">
        <Step node={kept} criterion={prediction.criterion} isRoot />
      </ol>
      {left + entries === 0 ? null : (
        <p class="small muted">
          Left out here: {left} steps and {entries} entries.{' '}
          <Link to={`/v1/predictions/${prediction.slug}/explanation`}>The explanation as JSON</Link> has more.
        </p>
      )}
    </>
  );
}

/** The tree without the nodes after the first `max`, in the order of the criterion. */
function keepNodes(root: ExplanationNode, max: number): { readonly kept: ExplanationNode; readonly left: number } {
  let room = max;
  let left = 0;
  const keep = (node: ExplanationNode): ExplanationNode => {
    room -= 1;
    const of: ExplanationNode[] = [];
    for (const child of node.of) {
      if (room > 0) of.push(keep(child));
      else left += nodesOf(child).length;
    }
    return { ...node, of };
  };
  return { kept: keep(root), left };
}

type StepProps = { readonly node: ExplanationNode; readonly criterion: Criterion | null; readonly isRoot?: boolean };

/** A step. What was asked is not repeated for the whole criterion, and for connectives, whose parts say it. */
function Step({ node, criterion, isRoot }: StepProps) {
  const parts = criterion === null ? [] : partsOf(criterion);
  return (
    <li class="step">
      <p class="step-head">
        <StatusMark mark={node.verdict} />
        {isRoot === true || node.of.length > 0 || criterion === null ? null : (
          <span class="muted">
            <CriterionText criterion={criterion} text={shorten(describeCriterion(criterion), textCharsMax)} />
          </span>
        )}
      </p>
      <p>
        <NodeText node={node} />
      </p>
      <WitnessList witnesses={node.witnesses} />
      {node.absence === null ? null : <Absence absence={node.absence} />}
      <Watermarks watermarks={node.watermarks} />
      {node.of.length === 0 ? null : (
        <ol>
          {node.of.map((child, index) => (
            <Step node={child} criterion={parts[index]?.part ?? null} />
          ))}
        </ol>
      )}
    </li>
  );
}

/** That of a judged part repeats the question, which is quoted as it was recorded. */
function NodeText({ node: { op, text } }: { readonly node: ExplanationNode }) {
  const shown = shorten(text, textCharsMax);
  return op === 'judged' ? <Said>{shown}</Said> : <Sentence>{shown}</Sentence>;
}

function Absence({ absence }: { readonly absence: AbsenceNote }) {
  const { absent_to, miss_chance, origins } = absence;
  return (
    <div class="absence">
      <p>
        Absent to <Time at={absent_to} /> from {origins.length === 1 ? 'one origin' : `${origins.length} origins`}. All
        of them would miss it {describeMiss(miss_chance) ?? 'never'}.
      </p>
      <ul>
        {origins.map(({ origin, feeds, read_to, patience_days, missed, known }) => (
          <li>
            {feedTitle(origin)} <FeedLinks feeds={feeds} />, read to <Time at={read_to} />: {patience_days} days later
            it had still missed {missed} of {known} known models.
          </li>
        ))}
      </ul>
    </div>
  );
}

function FeedLinks({ feeds }: { readonly feeds: readonly string[] }) {
  return (
    <>
      (
      {feeds.map((feed, index) => (
        <>
          {index === 0 ? null : ', '}
          <FeedLink feed={feed} />
        </>
      ))}
      )
    </>
  );
}

function Watermarks({ watermarks }: { readonly watermarks: readonly WatermarkNote[] }) {
  if (watermarks.length === 0) return null;
  return (
    <details>
      <summary>
        How far {watermarks.length === 1 ? 'one feed has' : `${watermarks.length} feeds have`} been read
      </summary>
      <ul class="small">
        {watermarks.map(({ feed, read_from, watermark, measured }) => (
          <li>
            <FeedLink feed={feed} />:{' '}
            {watermark === null ? 'not read yet' : <ReadSpan from={read_from} to={watermark} />}
            {measured ? null : '; how often it misses models is not measured, so its silence proves nothing'}
          </li>
        ))}
      </ul>
    </details>
  );
}

function ReadSpan({ from, to }: { readonly from: string | null; readonly to: string }) {
  return (
    <>
      {from === null ? null : (
        <>
          from <Time at={from} />{' '}
        </>
      )}
      to <Time at={to} />
    </>
  );
}
