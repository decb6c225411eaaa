import { addCountsJob } from '../jobs/add-counts.ts';
import { advanceCasesJob } from '../jobs/advance-cases.ts';
import { askAdvisersJob } from '../jobs/ask-advisers.ts';
import { deleteExpiredJob } from '../jobs/delete-expired.ts';
import { deliverWebhooks, sweepWebhooksJob } from '../jobs/deliver-webhooks.ts';
import { fetchCopiesJob } from '../jobs/fetch-copies.ts';
import { keepScorecardsJob } from '../jobs/keep-scorecards.ts';
import { placeEventsJob } from '../jobs/place-events.ts';
import { pollFeedsJob } from '../jobs/poll-feeds.ts';
import { refreshModelsJob } from '../jobs/refresh-models.ts';
import { resolvePredictionsJob } from '../jobs/resolve-predictions.ts';
import { type Schedule, startJobs } from '../jobs/schedule.ts';
import { sendNoticesJob } from '../jobs/send-notices.ts';
import { settleWaiting } from '../jobs/settle-queue.ts';
import { watchFeedsJob } from '../jobs/watch-feeds.ts';
import { describeFeeds, describePredictions } from './cli/greeting.ts';
import type { Config } from './config.ts';
import { startOfMinute } from './domain/instant.ts';
import type { Deps } from './services/deps.ts';
import { pollDueFeeds } from './services/feeds/polls.ts';
import { sendNotices } from './services/model-watches/notices.ts';
import { refreshModels } from './services/models/states.ts';
import { narrowWatches } from './services/predictions/narrow-watches.ts';
import { resolveDue } from './services/settling/resolver.ts';
import { resealWebhooks, warnAboutDisabled } from './services/webhooks/sweep.ts';

type Say = (line: string) => void;
type Step = { readonly name: string; readonly run: () => Promise<unknown> };

/**
 * Starts the jobs, the delivery of webhooks and, unless OUTTURN_FEEDS=none, a first poll. Never rejects: a step that fails is
 * logged, and its job runs again at the next tick. `started` resolves when the first round is over.
 */
export function startWork(config: Config, deps: Deps, say: Say): Schedule & { readonly started: Promise<void> } {
  const polls = config.feeds !== 'none';
  const schedule = startJobs(deps, [
    ...(polls ? [pollFeedsJob(config.pollCron)] : []),
    resolvePredictionsJob,
    advanceCasesJob,
    fetchCopiesJob,
    askAdvisersJob,
    refreshModelsJob,
    keepScorecardsJob,
    deleteExpiredJob,
    sweepWebhooksJob,
    placeEventsJob,
    addCountsJob,
    watchFeedsJob(config.pollCron),
    sendNoticesJob,
  ]);
  const running: Schedule[] = [];
  let stopping = false;
  const steps: readonly Step[] = [
    { name: 'reseal webhooks', run: () => resealWebhooks(deps) },
    { name: 'warn about disabled webhooks', run: () => warnAboutDisabled(deps) },
    {
      name: 'start to deliver webhooks',
      run: async () => running.push(await deliverWebhooks(deps)),
    },
    { name: 'settle waiting predictions', run: async () => running.push(await settleWaiting(deps)) },
    { name: 'narrow watches', run: () => narrowWatches(deps) },
    ...firstRound(deps, polls, say),
  ];
  const started = runSteps(deps, steps, () => stopping);
  const stopRunning = () => Promise.all(running.splice(0).map((work) => work.stop()));
  return {
    started,
    stop: async () => {
      stopping = true;
      // The first round may take as long as deliveries do, so neither waits for the other. It may still start something.
      await Promise.all([schedule.stop(), stopRunning(), started.then(stopRunning)]);
    },
  };
}

function firstRound(deps: Deps, polls: boolean, say: Say): Step[] {
  const sayAll = (lines: readonly string[]): void => {
    for (const line of lines) say(line);
  };
  say(polls ? 'Polling feeds …' : 'Polling is disabled by OUTTURN_FEEDS=none.');
  return [
    ...(polls ? [{ name: 'poll feeds', run: () => pollDueFeeds(deps, startOfMinute(deps.now())) }] : []),
    { name: 'resolve predictions', run: () => resolveDue(deps) },
    { name: 'refresh models', run: () => refreshModels(deps) },
    { name: 'send notices', run: () => sendNotices(deps) },
    { name: 'describe feeds', run: async () => sayAll(await describeFeeds(deps)) },
    { name: 'describe predictions', run: async () => sayAll(await describePredictions(deps)) },
  ];
}

/** Runs the steps one after the other until `isOver`. If one fails, the next ones still run. */
async function runSteps({ log }: Deps, steps: readonly Step[], isOver: () => boolean): Promise<void> {
  for (const { name, run } of steps) {
    if (isOver()) return;
    try {
      await run();
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      log.error({ step: name, error: text }, 'a step of the start failed; a job or the next start tries it again');
    }
  }
}
