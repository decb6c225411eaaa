import { startOfMinute } from '../domain/instant.ts';
import { Refusal } from '../domain/refusal.ts';
import { prepare } from '../prepare.ts';
import { beginEpoch } from '../services/events/epoch.ts';
import { failureText, pollDueFeeds, pollFeed } from '../services/feeds/polls.ts';
import { refreshModels } from '../services/models/states.ts';
import { applySeed, readSeed } from '../services/predictions/seed.ts';
import { resolveDue, resolveEverything } from '../services/settling/resolver.ts';
import type { Command } from './invocation.ts';
import { readJsonFile } from './json-file.ts';
import { withDeps, withPrepared } from './runtime.ts';

export const runMigrate: Command = ({ config }) => withDeps(config, async () => ({ migrated: true }));

/** `new-epoch`: for a database that was restored by other means than `import`. */
export const runNewEpoch: Command = ({ config }) =>
  withDeps(config, async ({ db }) => ({ event_epoch: await beginEpoch(db.sql) }));

export const runSeed: Command = ({ config, args: [file] }) =>
  withDeps(config, async (deps) => {
    if (file !== undefined) return await applySeed(deps, readSeed(readJsonFile(file)));
    await prepare({ ...config, seed: 'article' }, deps);
    return { seeded: true };
  });

/** `poll [feed]`: names the feeds whose poll failed, and fails if there are any. */
export const runPoll: Command = ({ config, args: [feed], options, fail }) =>
  withPrepared(config, async (deps) => {
    // Nothing continues after a command.
    const waiting = { ...deps, settleCallMsMax: Number.POSITIVE_INFINITY };
    if (feed === undefined) {
      if (config.feeds === 'none')
        throw new Refusal('conflict', 'OUTTURN_FEEDS=none disables polling: name a feed to poll it once');
      const { failures, ...counts } = await pollDueFeeds(waiting, startOfMinute(deps.now()));
      for (const { feed: slug, detail } of failures) fail(`the poll of ${slug} failed: ${detail}`);
      return options.json === true ? { ...counts, failures } : counts;
    }
    const { poll, resolutions, settling } = await pollFeed(waiting, feed);
    if (poll.result === 'failed') fail(`the poll of ${feed} failed: ${failureText(poll)}`);
    return {
      feed,
      result: poll.result,
      items: poll.items,
      new: poll.newItems,
      changed: poll.changedItems,
      vanished: poll.vanishedItems,
      error: poll.errorDetail ?? poll.suspectReason,
      resolutions,
      settling,
    };
  });

export const runResolve: Command = ({ config, options }) =>
  withPrepared(config, async (deps) => {
    const counts = await (options.full === true ? resolveEverything(deps) : resolveDue(deps));
    await refreshModels(deps);
    return counts;
  });
