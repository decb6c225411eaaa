import { getCase } from '../../services/cases/cases.ts';
import { type CaseJson, caseToJson } from '../cases/case-json.ts';
import { CasePacket } from './case-packet.tsx';
import { CaseRounds } from './case-rounds.tsx';
import { counted } from './counted.ts';
import { Link, Said } from './links.tsx';
import { caseEvents } from './live.tsx';
import { page } from './page.tsx';
import { Facts, Section } from './parts.tsx';
import { StatusMark } from './status.tsx';
import { Time } from './time.tsx';
import { When } from './when.tsx';

/** A claim before a panel: what was asked, the evidence, and the votes of every round that has closed. */
export const casePage = page({
  path: '/cases/{id}',
  api: ({ id }) => `/v1/cases/${id}`,
  load: async (http, { params }) => {
    const json = caseToJson(await getCase(http.services, params.id));
    return {
      title: `A panel on: ${json.question.statement}`,
      description: `${stateText[json.state]} ${json.question.statement}`,
      canonical: `/cases/${json.id}`,
      alternates: [{ path: `/v1/cases/${json.id}`, type: 'application/json', title: 'Case as JSON' }],
      live: { types: caseEvents, prediction: json.prediction.id },
      content: <CaseContent judged={json} />,
    };
  },
});

const stateText: { readonly [State in CaseJson['state']]: string } = {
  open: 'The panel is voting.',
  revealing: 'The votes have closed. The judges reveal what they committed to.',
  postponed: 'The panel found it too early to decide, and votes again later.',
  decided: 'The panel has decided. The decision can still be appealed.',
  final: 'The decision of the panel is the resolution of the prediction.',
  superseded: 'The prediction was settled or changed otherwise, so the case has ended without a decision of its own.',
};

function CaseContent({ judged }: { readonly judged: CaseJson }) {
  const { question, prediction } = judged;
  return (
    <article>
      <p class="small muted">Judged by people</p>
      <h1>
        <Said>{question.statement}</Said>
      </h1>
      <p>{stateText[judged.state]}</p>
      <LastNote judged={judged} />
      <Decision judged={judged} />
      <Facts
        facts={[
          ['Prediction', <Link to={`/predictions/${prediction.slug}`}>{prediction.slug}</Link>],
          ['Opened', <Time at={judged.opened_at} />],
          ['Votes close', judged.closes_at === null ? null : <Time at={judged.closes_at} />],
          ['Votes can be revealed until', judged.reveal_ends_at === null ? null : <Time at={judged.reveal_ends_at} />],
          ['Votes again from', judged.resumes_at === null ? null : <Time at={judged.resumes_at} />],
          ['Round', String(judged.round)],
        ]}
      />
      <Question judged={judged} />
      <Panel judged={judged} />
      <CasePacket evidence={judged.evidence} />
      <CaseRounds judged={judged} />
    </article>
  );
}

/** Why the case is in its state, if its last step gave a reason. */
function LastNote({ judged: { note, history } }: { readonly judged: CaseJson }) {
  if (note === null) return null;
  const actor = history.at(-1)?.actor ?? null;
  return (
    <p>
      <Said>{note}</Said>
      {actor === null ? null : (
        <span class="note">
          {' '}
          by the key <code>{actor}</code>
        </span>
      )}
    </p>
  );
}

function Question({ judged: { question, criterion_version: version } }: { readonly judged: CaseJson }) {
  return (
    <Section id="question" title="What is asked">
      <ul>
        {question.questions.map((text) => (
          <li>
            <Said>{text}</Said>
          </li>
        ))}
      </ul>
      {question.fine_print === null ? null : (
        <p>
          <Said>{question.fine_print}</Said>
        </p>
      )}
      <p class="small">
        The claim and its criterion (version {version}) are those of the day on which the case was opened.
      </p>
    </Section>
  );
}

function Panel({ judged }: { readonly judged: CaseJson }) {
  const { rules } = judged;
  return (
    <Section id="rules" title="The panel and its rules">
      <p>
        <Said>{rules.name}</Said>, version {rules.version}: {counted(rules.members.length, 'judge')}, a quorum of{' '}
        {rules.quorum}. An outcome needs {rules.threshold} of the counted votes. After {counted(rules.rounds, 'round')}{' '}
        without a decision the outcome is {rules.fall_back.replace('_', ' ')}.
      </p>
      <ul>
        {rules.members.map((member) => (
          <li>
            <Said>{member.name ?? member.key_id}</Said>
            <Interest judged={judged} member={member.key_id} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Decision({ judged }: { readonly judged: CaseJson }) {
  const { decision } = judged;
  if (decision === null) return null;
  return (
    <div class="panel">
      <p>
        <StatusMark mark={decision.outcome} note={decision.provisional ? 'provisional' : undefined} />{' '}
        <When at={decision.effective_at} />
      </p>
      <p class="small">
        {decision.basis === 'votes'
          ? 'Enough of the counted votes agree.'
          : 'The votes did not agree, so this is the outcome that the rules name for that.'}{' '}
        {decision.review_ends_at === null ? null : (
          <>
            It becomes final on <Time at={decision.review_ends_at} />, unless it is appealed.
          </>
        )}
      </p>
    </div>
  );
}

function Interest({ judged, member }: { readonly judged: CaseJson; readonly member: string }) {
  const found = judged.excluded.find((one) => one.member === member);
  if (found === undefined) return null;
  const why = { predictor: 'made the claim', recorder: 'recorded the claim', declared: 'declared an interest' };
  return (
    <>
      {' '}
      <span class="note">
        {why[found.interest]}
        {judged.rules.allow_interested ? '' : '; may not vote'}
      </span>
    </>
  );
}
