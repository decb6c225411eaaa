import { createHash } from 'node:crypto';
import { copyProblemCharsMax, fetchAttemptsMax, nextFetchAt, readCopyText } from '../../domain/cases/copy.ts';
import type { FetchFailureReason } from '../../net/failure.ts';
import { pageMsMax } from '../../net/fetch-page.ts';
import { insertCopy } from '../../store/case-evidence.ts';
import { type LeasedFetch, leaseFetches, recordFetch } from '../../store/case-fetches.ts';
import type { Deps } from '../deps.ts';

/** Pages that a node fetches at the same time. */
const pagesAtOnceMax = 5;
/** The most pages that one run fetches; the next run continues. */
const pagesPerRunMax = 50;
/** Longer than fetching a page and recording the result may take. */
const leaseMs = pageMsMax + 30_000;

/** What failures mean for a reader of the case. */
const meanings: Readonly<Record<FetchFailureReason, string>> = {
  refused_address: 'the page is not at a public address',
  bad_url: 'the URL cannot be fetched',
  dns: 'the name of the server was not found',
  connect: 'the server cannot be reached',
  timeout: 'the page was not read in time',
  too_large: 'the page is too large',
  bad_status: 'the page is not available',
  bad_redirect: 'a redirect cannot be followed',
  too_many_redirects: 'the page redirects too often',
  tls: 'the connection is not secure',
  reset: 'the server broke the connection off',
  protocol: 'the response is not valid HTTP',
};

/**
 * Archives the pages of items that have no copy. Each page is leased, so that any number of nodes can run this at once, and fetched
 * with no transaction open. A failure that may pass is tried again later; any other one is recorded as the reason why the item has
 * no copy.
 */
export async function fetchCopies(deps: Deps): Promise<{ archived: number; failed: number }> {
  const counts = { archived: 0, failed: 0 };
  for (let fetched = 0; fetched < pagesPerRunMax; ) {
    const leased = await leaseFetches(deps.db.sql, { now: deps.now(), leaseMs, limit: pagesAtOnceMax });
    if (leased.length === 0) break;
    fetched += leased.length;
    for (const archived of await Promise.all(leased.map((item) => fetchCopy(deps, item))))
      counts[archived ? 'archived' : 'failed'] += 1;
  }
  return counts;
}

/** True if the page was archived. */
async function fetchCopy(deps: Deps, item: LeasedFetch): Promise<boolean> {
  try {
    return await archivePage(deps, item);
  } catch (error) {
    // The lease ends by itself, and the page is fetched again then.
    deps.log.error(
      { evidence: item.evidenceId, error: String(error) },
      'a page could not be archived; it is tried again',
    );
    return false;
  }
}

async function archivePage(deps: Deps, item: LeasedFetch): Promise<boolean> {
  const { evidenceId, attempt, url } = item;
  if (attempt > fetchAttemptsMax) {
    const problem = `fetching the page was interrupted ${fetchAttemptsMax} times`;
    await recordFetch(deps.db.sql, item, { dueAt: null, problem });
    return false;
  }
  const page = await deps.fetchPage(url);
  if (page.kind === 'failed') {
    const { reason, detail } = page;
    const problem = shorten(`${meanings[reason]}: ${detail}`);
    await recordFetch(deps.db.sql, item, { dueAt: nextFetchAt(page, attempt, deps.now()), problem });
    return false;
  }
  const copy = readCopyText(page.bytes, page.contentType);
  if (!copy.ok) {
    await recordFetch(deps.db.sql, item, { dueAt: null, problem: shorten(copy.problem) });
    return false;
  }
  const { mediaType, content } = copy;
  const sha256 = createHash('sha256').update(content, 'utf8').digest('hex');
  await deps.db.begin(async (tx) => {
    await insertCopy(tx, { evidenceId, origin: 'fetched', mediaType, sha256, content, archivedAt: deps.now() });
    await recordFetch(tx, item, { dueAt: null, problem: null });
  });
  return true;
}

/** Texts of servers may contain U+0000, which a text column cannot hold. */
function shorten(text: string): string {
  return text.replaceAll('\0', '\uFFFD').slice(0, copyProblemCharsMax);
}
