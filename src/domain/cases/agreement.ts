/** The fewest cases for which agreement is stated: of fewer, the number says nothing. */
export const agreementCasesMin = 3;

/**
 * Krippendorff's alpha for nominal values: 1 if judges always agree, 0 if they agree as often as by chance. `units` has the
 * votes of each case. Cases with fewer than two votes are not comparable and left out. Null if fewer than
 * `agreementCasesMin` cases are left, or if every vote is the same, because then chance cannot be distinguished from agreement.
 */
export function krippendorffAlpha(units: readonly (readonly string[])[]): number | null {
  const comparable = units.filter((votes) => votes.length >= 2);
  if (comparable.length < agreementCasesMin) return null;
  const totals = new Map<string, number>();
  let pairs = 0;
  let observed = 0;
  for (const votes of comparable) {
    const counts = new Map<string, number>();
    for (const vote of votes) {
      counts.set(vote, (counts.get(vote) ?? 0) + 1);
      totals.set(vote, (totals.get(vote) ?? 0) + 1);
    }
    pairs += votes.length;
    observed += differingPairs(counts, votes.length) / (votes.length - 1);
  }
  const expected = differingPairs(totals, pairs) / (pairs - 1);
  return expected === 0 ? null : 1 - observed / expected;
}

/** The number of ordered pairs of different values. */
function differingPairs(counts: ReadonlyMap<string, number>, total: number): number {
  let same = 0;
  for (const count of counts.values()) same += count * count;
  return total * total - same;
}

/** A judge's vote in the last round of a decided case. */
export type JudgedVote = {
  readonly member: string;
  readonly vote: string;
  /** The outcome of the decision. */
  readonly outcome: string;
  /** Whether an appeal replaced the decision by one with another outcome. */
  readonly reversed: boolean;
};

/** How often a judge voted with the decision, and how often such a decision was reversed. */
export type JudgeRecord = { readonly votes: number; readonly withDecision: number; readonly reversed: number };

export function judgeRecords(votes: readonly JudgedVote[]): Map<string, JudgeRecord> {
  const records = new Map<string, JudgeRecord>();
  for (const { member, vote, outcome, reversed } of votes) {
    const record = records.get(member) ?? { votes: 0, withDecision: 0, reversed: 0 };
    const agrees = vote === outcome;
    records.set(member, {
      votes: record.votes + 1,
      withDecision: record.withDecision + (agrees ? 1 : 0),
      reversed: record.reversed + (agrees && reversed ? 1 : 0),
    });
  }
  return records;
}
