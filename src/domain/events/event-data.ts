import { formatInstant, type Instant } from '../instant.ts';

/**
 * The facts that events carry: enough to act on, and bounded however long the texts are. Texts are clipped by their size in
 * the body, where a control character takes six bytes; the links lead to the full texts.
 */

export const statementBytesMax = 1500;
export const reasonBytesMax = 2500;
/** The most observations that an event lists; `evidence_count` is the number of all. */
export const eventEvidenceMax = 20;

type PredictionFacts = { readonly id: string; readonly slug: string; readonly statement: string };

export function predictionData(prediction: PredictionFacts): Record<string, unknown> {
  return {
    id: prediction.id,
    slug: prediction.slug,
    statement: clipText(prediction.statement, statementBytesMax),
    links: {
      prediction: `/v1/predictions/${prediction.id}`,
      explanation: `/v1/predictions/${prediction.id}/explanation`,
    },
  };
}

type ResolutionFacts = {
  readonly id: string;
  readonly outcome: string;
  readonly effectiveAt: string;
  readonly knownAt: Instant;
  readonly decidedAt: Instant;
  readonly decidedBy: string;
  readonly reasonCode: string;
  readonly reason: string;
  readonly evidence: readonly string[];
  readonly supersedes: string | null;
};

export function resolutionData(resolution: ResolutionFacts): Record<string, unknown> {
  return {
    id: resolution.id,
    outcome: resolution.outcome,
    effective_at: resolution.effectiveAt,
    known_at: formatInstant(resolution.knownAt),
    decided_at: formatInstant(resolution.decidedAt),
    decided_by: resolution.decidedBy,
    reason_code: resolution.reasonCode,
    reason: clipText(resolution.reason, reasonBytesMax),
    evidence: resolution.evidence.slice(0, eventEvidenceMax),
    evidence_count: resolution.evidence.length,
    supersedes: resolution.supersedes,
  };
}

type LeaningFacts = { readonly outcome: string | null; readonly reason: string; readonly text: string };

/** The outcome that evidence points to without settling the prediction. */
export function leaningData(leaning: LeaningFacts): Record<string, unknown> {
  return { outcome: leaning.outcome, reason: leaning.reason, text: clipText(leaning.text, reasonBytesMax) };
}

/** The text, or its beginning with an ellipsis: at most `bytesMax` bytes in JSON, without the quotes. */
export function clipText(text: string, bytesMax: number): string {
  if (jsonBytes(text) <= bytesMax) return text;
  let clipped = '';
  let size = jsonBytes('…');
  for (const character of text) {
    size += jsonBytes(character);
    if (size > bytesMax) break;
    clipped += character;
  }
  return `${clipped}…`;
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text), 'utf8') - 2;
}
