import type { IdentityTable } from '../../domain/identity/table.ts';
import type { EndAnswer } from '../../domain/scan/end.ts';
import { type Finding, findIds } from '../../domain/scan/find-ids.ts';
import type { ScanLimits } from '../../domain/scan/limits.ts';
import { makeReport, type ScanRow } from '../../domain/scan/report.ts';
import { isBinary, isMinified, syntaxOf } from '../../domain/scan/syntax.ts';
import type { UsedId } from '../../domain/scan/used-id.ts';

/** Where the ends of ids are looked up: a database, another Outturn, or the shipped data. */
export type EndSource = {
  /** What the ends are from and how old they are, as a sentence. */
  readonly describe: () => string;
  /** The answers by id as used. An id without an answer has no stated end. */
  readonly findEnds: (ids: readonly UsedId[]) => Promise<ReadonlyMap<string, EndAnswer>>;
};

/** A source that also keeps watches. */
export type ScanSource = EndSource & {
  /** Replaces the ids of the watch of this name, or creates it. */
  readonly setWatch: (name: string, ids: readonly string[]) => Promise<void>;
};

/** A file of a repository. `path` has slashes on every system. */
export type ScannedFile = { readonly path: string; readonly bytes: Uint8Array };

export type ScanDeps = {
  readonly identity: IdentityTable;
  readonly ends: EndSource;
  readonly limits: ScanLimits;
  readonly now: () => number;
};

export type Scan = {
  readonly rows: readonly ScanRow[];
  /** Files that were read as text. */
  readonly files: number;
  /** What the ends are from. */
  readonly ends: string;
  /** Whether there are more uses of ids than the limit, so that some are missing. */
  readonly isCut: boolean;
};

/** Finds the model ids in files and looks up their ends. */
export async function scanFiles(deps: ScanDeps, files: AsyncIterable<ScannedFile>): Promise<Scan> {
  const { findingsMax } = deps.limits;
  const findings: Finding[] = [];
  let read = 0;
  for await (const file of files) {
    const found = findInFile(deps.identity, file);
    if (found === null) continue;
    read += 1;
    for (const finding of found) findings.push(finding);
    if (findings.length > findingsMax) break;
  }
  const kept = findings.slice(0, findingsMax);
  const answers = await deps.ends.findEnds(distinctIds(kept));
  return {
    rows: makeReport(kept, answers, deps.now()),
    files: read,
    ends: deps.ends.describe(),
    isCut: findings.length > findingsMax,
  };
}

/** Null for a file that is not read: of another kind, binary or shortened by a program. */
function findInFile(identity: IdentityTable, { path, bytes }: ScannedFile): Finding[] | null {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const syntax = syntaxOf(name);
  if (syntax === null || isBinary(bytes)) return null;
  // Bytes that are not valid UTF-8 become a replacement character, which no id contains.
  const text = new TextDecoder().decode(bytes);
  return isMinified(syntax, text) ? null : findIds(identity, syntax, { path, text });
}

function distinctIds(findings: readonly Finding[]): UsedId[] {
  return [...new Map(findings.map((finding) => [finding.id, finding])).values()];
}
