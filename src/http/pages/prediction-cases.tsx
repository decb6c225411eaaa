import { formatInstant } from '../../domain/instant.ts';
import type { ListedCase } from '../../services/cases/cases.ts';
import { Link } from './links.tsx';
import { Section } from './parts.tsx';
import { Time } from './time.tsx';

/** The cases in which panels judge the prediction, oldest first. */
export function PredictionCases({ cases }: { readonly cases: readonly ListedCase[] }) {
  if (cases.length === 0) return null;
  return (
    <Section id="cases" title="Judged by people">
      <ul>
        {cases.map(({ id, openedAt, last }) => (
          <li>
            <Link to={`/cases/${id}`}>
              The case of <Time at={formatInstant(openedAt)} />
            </Link>
            : {last.state}
            {last.outcome === null ? null : `, ${last.outcome}`}
          </li>
        ))}
      </ul>
    </Section>
  );
}
