import { formatInstant, type Instant } from '../instant.ts';

/**
 * What events say of things: enough to act on, and short whatever people wrote. Texts are cut by their size in the body,
 * where a control character takes six bytes; what was cut stands in full behind the links.
 */

export const statementBytesMax = 1500;
export const reasonBytesMax = 2500;
/** Evidence named in an event; `evidence_count` tells how much there is. */
export const evidenceTold = 20;

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
    evidence: resolution.evidence.slice(0, evidenceTold),
    evidence_count: resolution.evidence.length,
    supersedes: resolution.supersedes,
  };
}

type LeaningFacts = { readonly outcome: string | null; readonly reason: string; readonly text: string };

/** Where evidence points that does not settle the matter. */
export function leaningData(leaning: LeaningFacts): Record<string, unknown> {
  return { outcome: leaning.outcome, reason: leaning.reason, text: clipText(leaning.text, reasonBytesMax) };
}

/** The text, or as much of its beginning as takes so many bytes in JSON, quotes left aside, with an ellipsis. */
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
