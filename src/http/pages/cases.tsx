import { z } from '@hono/zod-openapi';
import { formatInstant, type Instant } from '../../domain/instant.ts';
import { type ListedCase, listCases, namesWaitedFor } from '../../services/cases/cases.ts';
import { numberPosition, readCursor, writeCursor } from '../operation/cursor.ts';
import { counted } from './counted.ts';
import { Link, Said } from './links.tsx';
import { caseEvents } from './live.tsx';
import { page } from './page.tsx';
import { Empty, Pagination, Section, Table } from './parts.tsx';
import { useSite } from './site.ts';
import { Time } from './time.tsx';

/** Cases on one page. */
const listed = 50;
/** Cases that wait for the reader on one page; the API lists the others. */
const waitingMax = 50;

/** The claims before a panel that have not ended, with those that wait for the reader first. */
export const casesPage = page({
  path: '/cases',
  query: { cursor: z.string().optional() },
  api: () => '/v1/cases',
  load: async ({ services }, { query, listing, site }) => {
    const after = query.cursor === undefined ? null : readCursor(listing(), query.cursor, numberPosition);
    const rows = await listCases(services, { isRunning: true }, { after, limit: listed + 1 });
    const cases = rows.slice(0, listed);
    const last = cases.at(-1);
    const waitingFor = site.session?.caller.id;
    const waiting =
      waitingFor === undefined ? [] : await listCases(services, { waitingFor }, { after: null, limit: waitingMax });
    const waits = await namesWaitedFor(services, [...cases, ...waiting]);
    return {
      title: 'Cases',
      description: 'Claims about AI models that no feed can settle, and that panels of judges are deciding now.',
      canonical: '/cases',
      isUnlisted: after !== null,
      alternates: [{ path: '/v1/cases', type: 'application/json', title: 'JSON' }],
      live: { types: caseEvents },
      content: (
        <CasesContent
          cases={cases}
          waiting={waiting}
          waits={waits}
          next={rows.length <= listed || last === undefined ? null : writeCursor(listing(), last.seq)}
        />
      ),
    };
  },
});

/** The names of the members that a case waits for, by its id. */
type Waits = ReadonlyMap<string, readonly string[]>;

type ContentProps = {
  readonly cases: readonly ListedCase[];
  readonly waiting: readonly ListedCase[];
  readonly waits: Waits;
  readonly next: string | null;
};

function CasesContent({ cases, waiting, waits, next }: ContentProps) {
  const { session } = useSite();
  return (
    <>
      <h1>Cases</h1>
      <p class="lede">
        Claims that no feed can settle, and that panels of judges are deciding now. Judges vote in secret and publish
        their reasons.
      </p>
      {session === null ? null : (
        <Section id="waiting" title="Waiting for you">
          {waiting.length === 0 ? (
            <p class="muted">No case waits for a vote or a reveal of the key {session.caller.name}.</p>
          ) : (
            <CaseTable
              cases={waiting}
              waits={waits}
              caption={`${counted(waiting.length, 'case')}. You vote over the API.`}
            />
          )}
        </Section>
      )}
      <Section id="open" title="Not final yet">
        {cases.length === 0 ? (
          <NoCase />
        ) : (
          <CaseTable
            cases={cases}
            waits={waits}
            caption={`${counted(cases.length, 'case')}, in the order of opening.`}
          />
        )}
        <Pagination next={next} what="cases" />
      </Section>
    </>
  );
}

function NoCase() {
  return (
    <Empty title="No case is open">
      <p>
        <code>POST /v1/cases</code> puts a claim before a panel: <Link to="/docs/guides/judging">Judged claims</Link>.
        The page of a prediction has its earlier cases.
      </p>
    </Empty>
  );
}

type TableProps = { readonly cases: readonly ListedCase[]; readonly waits: Waits; readonly caption: string };

function CaseTable({ cases, waits, caption }: TableProps) {
  return (
    <Table
      caption={caption}
      columns={['Claim', 'State', 'Round', 'Waits for', 'Until']}
      rows={cases.map(({ id, question, last }) => [
        <Link to={`/cases/${id}`}>
          <Said>{question.statement}</Said>
        </Link>,
        stateWords[last.state],
        String(last.round),
        <Said>{(waits.get(id) ?? []).join(', ')}</Said>,
        <Until at={last.dueAt} />,
      ])}
    />
  );
}

const stateWords: { readonly [State in ListedCase['last']['state']]: string } = {
  open: 'judges vote',
  revealing: 'judges reveal their votes',
  postponed: 'too early; postponed',
  decided: 'decided; can be appealed',
  final: 'final',
  superseded: 'superseded',
};

function Until({ at }: { readonly at: Instant | null }) {
  return at === null ? null : <Time at={formatInstant(at)} />;
}
