import type { Criterion as CriterionData } from '../../domain/criterion/criterion.ts';
import { nodesOf } from '../../domain/criterion/parts.ts';
import { evidencePolicySchema } from '../../domain/criterion/policy.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { shorten } from './layout.tsx';
import { Link, Said } from './links.tsx';
import { Section } from './parts.tsx';
import { Sentence } from './sentence.tsx';

/** A longer criterion is cut on the page. The JSON of the prediction has all of it. */
const wordsCharsMax = 2000;
const jsonCharsMax = 5000;
const finePrintCharsMax = 2000;

const polarityWords: { readonly [P in PredictionJson['polarity']]: string } = {
  decidable: 'It can resolve yes or no.',
  confirmable_only: 'Without a deadline it can be proved right, but never wrong.',
  refutable_only: 'Without a deadline it can be proved wrong, but never right.',
  undecidable: 'It can resolve neither yes nor no.',
};

/** What would settle the prediction, in words and as the data that are evaluated. */
export function Criterion({ prediction }: { readonly prediction: PredictionJson }) {
  const { criterion, criterion_text, criterion_version, criterion_hash, polarity, fine_print, warnings } = prediction;
  const json = JSON.stringify(criterion, null, 2);
  return (
    <Section id="criterion" title="What settles it">
      <p>
        <CriterionText criterion={criterion} text={shorten(criterion_text, wordsCharsMax)} />
      </p>
      {fine_print === null ? null : (
        <p class="muted">
          <Said>{shorten(fine_print, finePrintCharsMax)}</Said>
        </p>
      )}
      <p class="small muted">
        {polarityWords[polarity]} {isJudged(criterion) ? null : describePolicy(prediction.evidence_policy)}
      </p>
      {warnings.map(({ detail }) => (
        <p class="warning">
          <Said>{shorten(detail, wordsCharsMax)}</Said>
        </p>
      ))}
      <details>
        <summary>The criterion as data</summary>
        <pre tabindex={0}>
          <code>{json.length <= jsonCharsMax ? json : `${json.slice(0, jsonCharsMax)}\n…`}</code>
        </pre>
        <p class="small muted">
          Version {criterion_version}, <code>{criterion_hash}</code>. <Link to="/docs/guides/criteria">Criteria</Link>{' '}
          explains the operators.
        </p>
      </details>
    </Section>
  );
}

/** A criterion in words. Questions for a person are quoted as they were recorded; dates elsewhere are written as people do. */
export function CriterionText({ criterion, text }: { readonly criterion: CriterionData; readonly text: string }) {
  return nodesOf(criterion).some(({ part }) => part.op === 'judged') ? (
    <Said>{text}</Said>
  ) : (
    <Sentence>{text}</Sentence>
  );
}

/** Whether only a person can answer all of it. Lists of models settle none of it. */
function isJudged(criterion: PredictionJson['criterion']): boolean {
  return criterion.op === 'judged';
}

function describePolicy(policy: PredictionJson['evidence_policy']): string {
  if (policy === null)
    return 'A list of the vendor itself is enough evidence. Lists of others settle it if two independent ones agree.';
  const { origins, first_party } = evidencePolicySchema.parse(policy);
  if (first_party === true) return 'Only a list of the vendor itself is enough evidence.';
  return `A list of the vendor itself is enough evidence. Lists of others settle it if ${origins ?? 2} independent ones agree.`;
}
