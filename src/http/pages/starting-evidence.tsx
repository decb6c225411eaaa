import type { ListedStartingEvidence } from '../../services/predictions/starting-evidence.ts';
import { stanceText } from './case-packet.tsx';
import { OutsideLink, Said } from './links.tsx';
import { Section, Table } from './parts.tsx';

/** The evidence with which a case on the prediction would begin. Nothing without any. */
export function StartingEvidence({ items }: { readonly items: readonly ListedStartingEvidence[] }) {
  if (items.length === 0) return null;
  return (
    <Section id="starting-evidence" title="What is known so far">
      <Table
        caption="Paraphrases of sources. If a panel judges the claim, its packet of evidence begins with them."
        columns={['Item', 'Speaks', 'What it says', 'Where']}
        rows={items.map(({ position, stance, paraphrase, locator, url }) => [
          position,
          stanceText[stance],
          <Said>{paraphrase}</Said>,
          <OutsideLink href={url}>
            <Said>{locator}</Said>
          </OutsideLink>,
        ])}
      />
    </Section>
  );
}
