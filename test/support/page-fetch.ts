import type { LookupFunction } from 'node:net';
import { pageBytesMax } from '../../src/domain/cases/copy.ts';
import { parseCidrs } from '../../src/net/address.ts';
import { makeClient } from '../../src/net/client.ts';
import { fetchPage } from '../../src/net/fetch-page.ts';
import type { Deps } from '../../src/services/deps.ts';

/** Servers of tests are at one loopback address; every other private address is refused, as in the program. */
const allow = parseCidrs('127.0.0.1');
/** Short, because some servers never answer. */
const exchangeMsMax = 500;

/** Resolves names without a network: `*.private.test` to a private address, others to none. */
const lookup: LookupFunction = (hostname, _options, callback) => {
  if (hostname.endsWith('private.test')) callback(null, [{ address: '10.0.0.1', family: 4 }]);
  else callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), []);
};

/** The program's own fetch of pages, except for its allow list, name resolution and time limit. */
export function makePageFetch(): Pick<Deps, 'fetchPage'> & { close(): Promise<void> } {
  const client = makeClient({ allow, lookup, userAgent: 'outturn-test' });
  return {
    fetchPage: (url) => fetchPage(client, url, { exchangeMsMax, bodyBytesMax: pageBytesMax }),
    close: () => client.close(),
  };
}
