import { describe, expect, it } from 'vitest';
import { parseCidrs } from '../../src/net/address.ts';
import { checkWebhookUrl, judgeWebhookUrl, type WebhookUrlRules } from '../../src/net/webhook-url.ts';

const strict: WebhookUrlRules = { allow: [], httpsOnly: false };
const opened: WebhookUrlRules = { allow: parseCidrs('10.0.0.0/8, 127.0.0.1'), httpsOnly: false };

const resolvingTo = (...addresses: string[]): WebhookUrlRules => ({
  ...strict,
  lookup: (_name, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    ),
});

describe('a webhook URL may be', () => {
  it.each([
    'https://example.com/hook?key=1',
    'http://example.com/hook',
    'https://example.com:443/',
    'https://example.com:8443/',
    'https://example.com:1024/',
    'https://8.8.8.8/',
    'https://[2606:4700:4700::1111]/',
    'https://bücher.example/',
  ])('%s', (url) => expect(judgeWebhookUrl(strict, url)).toMatchObject({ ok: true }));

  it('an internationalised name in punycode', () => {
    const verdict = judgeWebhookUrl(strict, 'https://bücher.example/');
    expect(verdict.ok && verdict.url.href).toBe('https://xn--bcher-kva.example/');
  });
});

describe('a webhook URL may not be', () => {
  it.each([
    ['E7: credentials', 'https://user:word@example.com/', 'bad_url'],
    ['a user name', 'https://user@example.com/', 'bad_url'],
    ['ftp', 'ftp://example.com/', 'bad_url'],
    ['javascript', 'javascript:alert(1)', 'bad_url'],
    ['no address', 'example.com/hook', 'bad_url'],
    ['port 0', 'https://example.com:0/', 'bad_url'],
    ['the port of SSH', 'http://example.com:22/', 'bad_url'],
    ['the port of mail', 'http://example.com:25/', 'bad_url'],
    ['the last reserved port', 'http://example.com:1023/', 'bad_url'],
    ['loopback', 'http://127.0.0.1/', 'refused_address'],
    ['loopback as one number', 'http://2130706433/', 'refused_address'],
    ['loopback in octal', 'http://0177.0.0.1/', 'refused_address'],
    ['loopback in hexadecimal', 'http://0x7f.1/', 'refused_address'],
    ['loopback mapped into IPv6', 'http://[::ffff:127.0.0.1]/', 'refused_address'],
    ['loopback in full width', 'http://１２７.0.0.1/', 'refused_address'],
    ['nothing', 'http://0/', 'refused_address'],
    ['the metadata address of a cloud', 'http://169.254.169.254/latest/meta-data', 'refused_address'],
    ['an internal address of a cloud', 'http://168.63.129.16/', 'refused_address'],
    ['a private network', 'http://10.1.2.3/', 'refused_address'],
    ['a link-local address', 'http://[fe80::1]/', 'refused_address'],
    ['a unique local address', 'http://[fd00::1]/', 'refused_address'],
    ['6to4', 'http://[2002:7f00:1::]/', 'refused_address'],
    ['NAT64', 'http://[64:ff9b::7f00:1]/', 'refused_address'],
    ['localhost', 'http://localhost:3000/', 'refused_address'],
    ['localhost with a trailing dot', 'http://localhost./', 'refused_address'],
    ['a single label', 'http://intranet/', 'refused_address'],
    ['.local', 'http://printer.local/', 'refused_address'],
    ['.internal', 'http://metadata.google.internal/', 'refused_address'],
  ])('%s', (_what, url, reason) => expect(judgeWebhookUrl(strict, url)).toMatchObject({ ok: false, reason }));

  it('http, if only https is allowed', () => {
    const rules = { ...strict, httpsOnly: true };
    expect(judgeWebhookUrl(rules, 'http://example.com/')).toMatchObject({ ok: false, reason: 'bad_url' });
    expect(judgeWebhookUrl(rules, 'https://example.com/')).toMatchObject({ ok: true });
  });
});

describe('private ranges allowed by the operator', () => {
  it.each(['http://10.1.2.3:8080/', 'http://127.0.0.1:3001/', 'http://localhost:3001/', 'http://hooks.internal/'])(
    'include %s',
    (url) => expect(judgeWebhookUrl(opened, url)).toMatchObject({ ok: true }),
  );
  it.each(['http://127.0.0.2/', 'http://192.168.0.1/', 'http://[::1]/'])('exclude %s', (url) => {
    expect(judgeWebhookUrl(opened, url)).toMatchObject({ ok: false, reason: 'refused_address' });
  });
});

describe('the name in a new webhook URL is resolved', () => {
  const url = 'https://example.com/';
  it('and one private address among public ones rejects it', async () => {
    expect(await checkWebhookUrl(resolvingTo('93.184.216.34'), url)).toMatchObject({ ok: true });
    expect(await checkWebhookUrl(resolvingTo('93.184.216.34', '10.0.0.1'), url)).toMatchObject({
      ok: false,
      reason: 'refused_address',
    });
    expect(await checkWebhookUrl(resolvingTo('::ffff:169.254.169.254'), url)).toMatchObject({ ok: false });
  });

  it('and a name that does not resolve yet is accepted', async () => {
    const rules: WebhookUrlRules = {
      ...strict,
      lookup: (_name, _options, callback) => callback(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), []),
    };
    expect(await checkWebhookUrl(rules, url)).toMatchObject({ ok: true });
  });
});
