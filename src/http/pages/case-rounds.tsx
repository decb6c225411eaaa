import type { CaseJson } from '../cases/case-json.ts';
import { counted } from './counted.ts';
import { Said } from './links.tsx';
import { Section, Table } from './parts.tsx';
import { Time } from './time.tsx';

type Round = CaseJson['rounds'][number];

/** Every round, oldest first: of an open one who has voted, of a closed one the votes with their reasons. */
export function CaseRounds({ judged }: { readonly judged: CaseJson }) {
  const names = new Map(judged.rules.members.map(({ key_id: id, name }) => [id, name]));
  const items = new Map(judged.evidence.map(({ id }, index) => [id, index + 1]));
  const nameOf = (member: string): string => names.get(member) ?? member;
  return (
    <Section id="rounds" title="Votes">
      {judged.rounds.map((round) => (
        <section aria-labelledby={`round-${round.round}`}>
          <h3 id={`round-${round.round}`}>Round {round.round}</h3>
          <p class="small">
            Opened <Time at={round.opened_at} />
            {round.closed_at === null ? (
              '; votes are secret until the round is decided'
            ) : (
              <>
                , closed <Time at={round.closed_at} />
              </>
            )}
            .
          </p>
          {round.opinion === null ? null : <Opinion opinion={round.opinion} items={items} />}
          {round.votes === null ? (
            <Receipts round={round} nameOf={nameOf} />
          ) : (
            <Votes
              votes={round.votes}
              held={round.receipts.length - round.votes.length}
              nameOf={nameOf}
              items={items}
            />
          )}
        </section>
      ))}
    </Section>
  );
}

function Receipts({ round, nameOf }: { readonly round: Round; readonly nameOf: (member: string) => string }) {
  if (round.receipts.length === 0) return <p>No judge has voted.</p>;
  const isRevealing = round.receipts.some((receipt) => receipt.revealed_at !== null);
  return (
    <Table
      caption={`${counted(round.receipts.length, 'judge')} voted. What they voted is not shown before the round is decided.`}
      columns={['Judge', 'Voted', ...(isRevealing ? ['Revealed'] : []), 'Commitment']}
      rows={round.receipts.map((receipt) => [
        <Said>{nameOf(receipt.member)}</Said>,
        <Time at={receipt.cast_at} />,
        ...(isRevealing ? [receipt.revealed_at === null ? 'not yet' : <Time at={receipt.revealed_at} />] : []),
        <code>{receipt.commitment.slice(0, 12)}…</code>,
      ])}
    />
  );
}

/** What the adviser says, marked as no vote. */
function Opinion({
  opinion,
  items,
}: {
  readonly opinion: NonNullable<Round['opinion']>;
  readonly items: ReadonlyMap<string, number>;
}) {
  const { model, vote, reason, citations, problem } = opinion;
  return (
    <div class="panel">
      <p class="small">
        Advisory, not counted: the model <Said>{model}</Said>{' '}
        {vote === null ? 'gave no opinion' : `says ${vote.replace('_', ' ')}`}.
      </p>
      <p>
        <Said>{reason ?? problem ?? ''}</Said>
      </p>
      {citations.length === 0 ? null : (
        <ul>
          {citations.map(({ evidence, quote, found }) => (
            <li>
              <Said>{quote}</Said> (
              {items.has(evidence) ? <a href={`#${evidence}`}>item {items.get(evidence)}</a> : 'an unknown item'}
              {found ? '' : '; not found there'})
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

type VotesProps = {
  readonly votes: NonNullable<Round['votes']>;
  /** Votes that their judges did not reveal. */
  readonly held: number;
  readonly nameOf: (member: string) => string;
  /** The numbers of the items of the packet by id. */
  readonly items: ReadonlyMap<string, number>;
};

function Votes({ votes, held, nameOf, items }: VotesProps) {
  const unrevealed = held === 0 ? '' : ` ${counted(held, 'vote')} not revealed in time.`;
  if (votes.length === 0) return <p>{held === 0 ? 'No judge voted.' : 'No judge revealed a vote.'}</p>;
  return (
    <Table
      caption={`${counted(votes.length, 'vote')}, published when the round closed.${unrevealed}`}
      columns={['Judge', 'Vote', 'Reason', 'Cites']}
      rows={votes.map((vote) => [
        <Said>{nameOf(vote.member)}</Said>,
        <>
          {vote.vote.replace('_', ' ')}
          {vote.counted ? null : <span class="note"> not counted: has an interest</span>}
        </>,
        <Said>{vote.reason}</Said>,
        vote.evidence.map((id, index) => (
          <>
            {index === 0 ? '' : ', '}
            <a href={`#${id}`}>item {items.get(id) ?? '?'}</a>
          </>
        )),
      ])}
    />
  );
}
