import { describeCriterion } from '../../domain/criterion/text.ts';
import { panelDecider, resolverName } from '../../domain/evaluation/resolution.ts';
import { formatInstant } from '../../domain/instant.ts';
import type { HistoryEntry } from '../../services/predictions/history.ts';
import type { PredictionJson } from '../predictions/json.ts';
import { shorten } from './layout.tsx';
import { Link, Said } from './links.tsx';
import { Section } from './parts.tsx';
import { Reason, Sentence } from './sentence.tsx';
import { Time } from './time.tsx';

export type ShownHistory = { readonly entries: readonly HistoryEntry[]; readonly isWhole: boolean };

/** Long texts of an entry are cut. The JSON has all of them. */
const textCharsMax = 300;
const changesMax = 6;

/** Every change of the prediction, oldest first. */
export function History({
  prediction,
  history: { entries, isWhole },
}: {
  readonly prediction: PredictionJson;
  readonly history: ShownHistory;
}) {
  return (
    <Section id="history" title="History">
      <ol class="timeline">
        {entries.map((entry) => (
          <li>
            <span class="when">
              <Time at={formatInstant(entry.at)} />
            </span>
            <span>
              <Entry entry={entry} />
            </span>
          </li>
        ))}
      </ol>
      {isWhole ? null : (
        <p class="small">
          These are the first {entries.length} changes.{' '}
          <Link to={`/v1/predictions/${prediction.slug}/history`}>All of them as JSON</Link>
        </p>
      )}
    </Section>
  );
}

function Entry({ entry }: { readonly entry: HistoryEntry }) {
  switch (entry.what) {
    case 'created':
      return <>Recorded</>;
    case 'withdrawn':
      return <>Withdrawn</>;
    case 'criterion_replaced':
      return <Replacement criterion={entry.criterion} />;
    case 'edited':
      return <Edit changes={entry.changes} />;
    case 'forecast':
      return (
        <>
          <Text text={entry.forecast.predictorName} /> gave it {Math.round(entry.forecast.probability * 1000) / 10} %
        </>
      );
    case 'proposed':
    case 'disputed':
      return (
        <>
          {entry.what === 'proposed' ? 'Proposed' : 'Disputed'}
          {entry.leaning.outcome === null ? '' : `, towards ${entry.leaning.outcome}`}:{' '}
          <Sentence>{shorten(entry.leaning.text, textCharsMax)}</Sentence>
        </>
      );
    case 'resolved':
    case 'amended':
      return (
        <>
          {entry.what === 'resolved' ? 'Resolved' : 'Corrected to'} <strong>{entry.resolution.outcome}</strong> by{' '}
          {deciderOf(entry.resolution.decidedBy)}:{' '}
          <Reason decidedBy={entry.resolution.decidedBy}>{shorten(entry.resolution.reason, textCharsMax)}</Reason>
        </>
      );
    case 'erratum':
      return (
        <>
          Erratum: <Text text={entry.erratum.text} />
        </>
      );
  }
}

function Replacement({ criterion }: Pick<Extract<HistoryEntry, { what: 'criterion_replaced' }>, 'criterion'>) {
  return (
    <>
      Criterion replaced by version {criterion.version}: <Text text={describeCriterion(criterion.criterion)} />
      {criterion.reason === null ? null : (
        <span class="muted">
          {' '}
          (<Text text={criterion.reason} />)
        </span>
      )}
    </>
  );
}

function Edit({ changes }: Pick<Extract<HistoryEntry, { what: 'edited' }>, 'changes'>) {
  return (
    <>
      Edited:{' '}
      {changes.slice(0, changesMax).map(({ field, before, after }, index) => (
        <>
          {index === 0 ? null : '; '}
          {field.replaceAll('_', ' ')} from{' '}
          <del>
            <Text text={showValue(before)} />
          </del>{' '}
          to{' '}
          <ins>
            <Text text={showValue(after)} />
          </ins>
        </>
      ))}
      {changes.length > changesMax ? ` and ${changes.length - changesMax} more fields` : null}
    </>
  );
}

function showValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function Text({ text }: { readonly text: string }) {
  return <Said>{shorten(text, textCharsMax)}</Said>;
}

/** Who decided, in words: readers of a page do not know the ids of keys. */
export function deciderOf(decidedBy: string): string {
  if (decidedBy === resolverName) return 'the evidence';
  return decidedBy === panelDecider ? 'a panel' : 'a person';
}
