import type { CaseJson } from '../cases/case-json.ts';
import { OutsideLink, Said } from './links.tsx';
import { Empty, Section, Table } from './parts.tsx';
import { Time } from './time.tsx';

export const stanceText = { for: 'for the claim', against: 'against it', context: 'explains it' } as const;

/** The items of the evidence packet, in the order in which they were added. */
export function CasePacket({ evidence }: Pick<CaseJson, 'evidence'>) {
  return (
    <Section id="evidence" title="Evidence">
      {evidence.length === 0 ? (
        <Empty title="No evidence has been added">
          <p>
            Everybody with a key that may write can add items until the votes close:{' '}
            <code>POST /v1/cases/…/evidence</code>.
          </p>
        </Empty>
      ) : (
        <Table
          caption="The packet, oldest first. Items are never changed or removed. Those with a place in a source are paraphrases."
          columns={['Item', 'Speaks', 'What it says', 'Added', 'Archived copy']}
          rows={evidence.map((item, index) => [
            <span id={item.id}>{index + 1}</span>,
            stanceText[item.stance],
            <>
              <Said>{item.quote}</Said> {item.locator === null ? null : <span class="note">{item.locator} </span>}
              {item.url === null ? null : (
                <OutsideLink href={item.url}>
                  <Said>{item.url}</Said>
                </OutsideLink>
              )}
            </>,
            <Time at={item.added_at} />,
            item.archived === null ? (
              <Said>{item.copy_problem ?? 'none'}</Said>
            ) : (
              <code>{item.archived.sha256.slice(0, 12)}…</code>
            ),
          ])}
        />
      )}
    </Section>
  );
}
