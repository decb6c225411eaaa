import { z } from '@hono/zod-openapi';
import type { Caller } from '../../domain/access/api-key.ts';
import { allows } from '../../domain/access/api-key.ts';
import { isRunning } from '../../domain/cases/case-state.ts';
import { personReasonCodes } from '../../domain/evaluation/resolution.ts';
import { outcomes } from '../../domain/outcome.ts';
import { Refusal } from '../../domain/refusal.ts';
import { type PageSession, requireFormToken } from '../../services/access/page-sessions.ts';
import { performWrite } from '../../services/access/writes.ts';
import { getPrediction } from '../../services/predictions/predictions.ts';
import { createPredictionResolution } from '../../services/predictions/resolutions.ts';
import type { HttpDeps } from '../deps.ts';
import { reasonCharsMax } from '../operation/fields.ts';
import { parseInput } from '../operation/input.ts';
import { type PredictionJson, predictionToJson, stampOf } from '../predictions/json.ts';
import { decisionToAudit } from '../predictions/resolutions.ts';
import { type Fields, type Form, form } from './form.ts';
import { Link, Said } from './links.tsx';
import { useSite } from './site.ts';

/** Who may decide: those whose key has the scope. */
export function mayDecide(session: PageSession | null): boolean {
  return session !== null && allows(session.caller, 'resolve');
}

const effectiveCharsMax = 80;

const decisionSchema = z.object({
  outcome: z.enum(outcomes),
  reason_code: z.enum(personReasonCodes),
  effective_at: z.string().trim().min(1).max(effectiveCharsMax),
  reason: z.string().trim().min(1).max(reasonCharsMax),
  /** The resolution that the person saw; empty for none. */
  supersedes: z.string().max(80),
  /** The running case whose panel the person overrules; absent if the box is not ticked. */
  supersede_case: z.string().max(80).optional(),
});

export const decisionForm: Form = form({
  path: '/predictions/{slug}/decide',
  methods: ['get', 'post'],
  // Others are asked to sign in, and see nothing.
  isOpen: true,
  respond: async (http, c, { params, sent, session }) => {
    const slug = params.slug ?? '';
    const page = `/predictions/${encodeURIComponent(slug)}`;
    if (session === null) return { goTo: `/sign-in?next=${encodeURIComponent(`${page}/decide`)}` };
    requireResolver(session);
    const prediction = predictionToJson(await getPrediction(http.services, slug, null), stampOf(null, http.services));
    const show = (problem: string | null, status = 200) => ({
      status,
      document: {
        title: `Decide: ${prediction.statement}`,
        description: 'The decision of a person.',
        isUnlisted: true,
        content: <Decide prediction={prediction} sent={sent} problem={problem} today={dayOf(http)} />,
      },
    });
    if (sent === null) return show(null);
    requireFormToken(session, sent.token ?? '');
    try {
      await decide(http, { caller: session.caller, path: c.req.path, requestId: c.get('requestId') }, slug, sent);
      return { goTo: page };
    } catch (error) {
      if (!(error instanceof Refusal) || !refusedInForm.includes(error.code)) throw error;
      const details = error.errors.map(({ detail }) => detail);
      return show(details.length === 0 ? error.message : details.join('; '), 422);
    }
  },
});

/** Refusals that the person can do something about. */
const refusedInForm: readonly string[] = ['validation_failed', 'conflict', 'withdrawn'];

function requireResolver({ caller }: PageSession): void {
  if (!allows(caller, 'resolve'))
    throw new Refusal('forbidden', `deciding requires the scope resolve; this key has ${caller.scopes.join(', ')}`);
}

type Actor = { readonly caller: Caller; readonly path: string; readonly requestId: string };

/** Records a decision as `POST /v1/predictions/{id}/resolutions` does, with its audit entry. */
async function decide(http: HttpDeps, { caller, path, requestId }: Actor, slug: string, sent: Fields): Promise<void> {
  const { supersedes, supersede_case: supersedeCase, ...decision } = parseInput(decisionSchema, sent, 'body');
  const context = { actor: caller.id, operation: 'createPredictionResolution', path, requestId };
  await performWrite(
    http.services,
    { ...context, ownTransactions: false, msMax: undefined },
    {
      before: async () => null,
      run: (services) =>
        createPredictionResolution(services, slug, {
          outcome: decision.outcome,
          effectiveAt: decision.effective_at,
          reasonCode: decision.reason_code,
          reason: decision.reason,
          evidence: [],
          decidedBy: caller.id,
          supersedes: supersedes === '' ? null : supersedes,
          supersedeCase,
        }),
      after: (resolution) => decisionToAudit(resolution, supersedeCase),
    },
  );
}

function dayOf(http: HttpDeps): string {
  return new Date(http.services.now()).toISOString().slice(0, 10);
}

const outcomeTitles: { readonly [O in (typeof outcomes)[number]]: string } = {
  yes: 'Yes, it came true',
  no: 'No, it did not',
  ambiguous: 'Ambiguous: the facts are unclear',
  annulled: 'Annulled: the claim is defective',
};

const reasonTitles: { readonly [R in (typeof personReasonCodes)[number]]: string } = {
  judged: 'A judgement',
  evidence_reviewed: 'Evidence was reviewed',
  confirmed: 'Confirms the current outcome',
  already_before_window: 'It had happened before the window',
  reality_unclear: 'What happened is unclear',
  criterion_defective: 'The criterion is defective',
  source_unavailable: 'The source is not available',
  entry_error: 'Corrects an entry error',
};

type DecideProps = {
  readonly prediction: PredictionJson;
  readonly sent: Fields | null;
  readonly problem: string | null;
  readonly today: string;
};

function Decide({ prediction, sent, problem, today }: DecideProps) {
  const { root } = useSite();
  const page = `/predictions/${encodeURIComponent(prediction.slug)}`;
  const { resolution } = prediction;
  return (
    <>
      <h1>Decide</h1>
      <p class="lede">
        <Link to={page}>
          <Said>{prediction.statement}</Said>
        </Link>
      </p>
      <p>
        <Said>{prediction.criterion_text}</Said>
      </p>
      {resolution === null ? null : (
        <p>The current outcome is {resolution.outcome}. Your decision supersedes it; both are kept.</p>
      )}
      {problem === null ? null : (
        <p class="problem" role="alert">
          <strong>This was not recorded:</strong> {problem}.
        </p>
      )}
      <form class="entry" action={`${root}${page}/decide`} method="post">
        <Overruling prediction={prediction} sent={sent} />
        <DecisionFields prediction={prediction} sent={sent} today={today} />
        <p class="actions">
          <button type="submit">Record the decision</button>
          <Link to={page}>Cancel</Link>
        </p>
      </form>
    </>
  );
}

/** While a panel decides, a person has to say plainly that it is overruled. */
function Overruling({ prediction, sent }: Pick<DecideProps, 'prediction' | 'sent'>) {
  const judged = prediction.case;
  if (judged === null || !isRunning(judged.state)) return null;
  return (
    <p class="field">
      <span>
        A panel decides this prediction in <Link to={`/cases/${judged.id}`}>a case that has not ended</Link>. Your
        decision ends it. The case then shows your key and your reason.
      </span>
      <label class="check">
        <input
          type="checkbox"
          name="supersede_case"
          value={judged.id}
          required
          checked={sent?.supersede_case === judged.id}
        />{' '}
        I overrule the panel
      </label>
    </p>
  );
}

function DecisionFields({ prediction: { resolution, leaning }, sent, today }: Omit<DecideProps, 'problem'>) {
  const { session } = useSite();
  const value = (name: string, otherwise: string) => sent?.[name] ?? otherwise;
  return (
    <>
      <Choice name="outcome" title="Outcome" titles={outcomeTitles} chosen={value('outcome', leaning?.outcome ?? '')} />
      <Choice name="reason_code" title="Kind of reason" titles={reasonTitles} chosen={value('reason_code', '')} />
      <p class="field">
        <label for="effective_at">When it happened</label>
        <input
          id="effective_at"
          name="effective_at"
          type="text"
          value={value('effective_at', resolution?.effective_at ?? today)}
          required
          maxlength={effectiveCharsMax}
          aria-describedby="effective-help"
        />
        <span id="effective-help" class="small muted">
          A date such as {today}, an RFC 3339 date-time, or start/end.
        </span>
      </p>
      <p class="field">
        <label for="reason">Reason, in words that readers can check</label>
        <textarea id="reason" name="reason" rows={5} required maxlength={reasonCharsMax} dir="auto">
          {value('reason', '')}
        </textarea>
      </p>
      <input type="hidden" name="supersedes" value={value('supersedes', resolution?.id ?? '')} />
      <input type="hidden" name="token" value={session?.formToken ?? ''} />
    </>
  );
}

type ChoiceProps = {
  readonly name: string;
  readonly title: string;
  readonly titles: Readonly<Record<string, string>>;
  readonly chosen: string;
};

function Choice({ name, title, titles, chosen }: ChoiceProps) {
  return (
    <p class="field">
      <label for={name}>{title}</label>
      <select id={name} name={name} required>
        <option value="">Choose</option>
        {Object.entries(titles).map(([value, text]) => (
          <option value={value} selected={value === chosen}>
            {text}
          </option>
        ))}
      </select>
    </p>
  );
}
