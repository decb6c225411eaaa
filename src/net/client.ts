import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { Agent, buildConnector, Dispatcher, Pool } from 'undici';
import { type AllowList, mayReach } from './address.ts';
import { makeBrokenTunnelError, makeRefusedAddressError } from './failure.ts';
import { undici } from './undici.ts';

/** The proxies of the environment: URLs, and the names that are reached without one. */
export type ProxySettings = {
  readonly httpsProxy?: string | undefined;
  readonly httpProxy?: string | undefined;
  readonly noProxy?: string | undefined;
};

export type ClientSettings = {
  /** Private blocks that may be reached; none by default. */
  readonly allow?: AllowList;
  /** Name resolution; the system's by default. */
  readonly lookup?: LookupFunction;
  readonly proxy?: ProxySettings;
  readonly userAgent: string;
  /** From the start of name resolution to the end of the TLS handshake, in milliseconds. */
  readonly connectMsMax?: number;
  /** The size of a response's header section, in bytes. */
  readonly headerBytesMax?: number;
  /** Connections to one origin; further requests wait for one. Null: no limit. */
  readonly connectionsPerOriginMax?: number | null;
};

/** An HTTP client that checks every address before it connects. */
export type Client = {
  /** For `undici.request` only, and only with a URL that `judgeUrl` has accepted. */
  readonly dispatcher: Dispatcher;
  readonly userAgent: string;
  readonly judgeUrl: (url: string) => UrlVerdict;
  /** Closes kept-alive connections once their requests have finished. */
  readonly close: () => Promise<void>;
};

export type UrlVerdict =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly reason: 'bad_url' | 'refused_address'; readonly detail: string };

export const connectMsMaxDefault = 10_000;
export const headerBytesMaxDefault = 16_384;

/**
 * Bytes passed to the HTTP parser at once. The parser stops only at the end of a piece: in a flood of headers, every
 * header past the limit creates an error with a stack, which blocks the event loop until the piece ends.
 */
export const pieceBytesMax = 4096;

/** The longest URL that is requested, in UTF-16 code units. */
export const urlCharsMax = 8_192;

const connectionsPerOriginMaxDefault = 8;
const keepAliveMs = 4_000;

/**
 * An HTTP client that reaches only permitted addresses, so that callers need not check any. IP literals are checked
 * before anything is sent. For a name, every DNS answer is checked and a single refused one refuses the name; the socket
 * then gets exactly those answers, so a second resolution cannot differ. The peer is checked again once connected.
 *
 * With a proxy, the proxy resolves names and is responsible for them; literals are still checked here. The proxy itself
 * is the operator's choice and may have any address. Certificates follow Node's own settings (NODE_EXTRA_CA_CERTS).
 */
export function makeClient(settings: ClientSettings): Client {
  const { allow = [], lookup = systemLookup, proxy = {}, userAgent } = settings;
  const connectMsMax = settings.connectMsMax ?? connectMsMaxDefault;
  const { connectionsPerOriginMax = connectionsPerOriginMaxDefault } = settings;
  const makeOptions = (): Agent.Options => ({
    connect: makeConnector(allow, lookup, connectMsMax),
    connections: connectionsPerOriginMax,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    maxHeaderSize: settings.headerBytesMax ?? headerBytesMaxDefault,
    // The caller sets one deadline for the whole exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  let dispatcher: Dispatcher | undefined;
  return {
    get dispatcher() {
      dispatcher ??= makeDispatcher(makeOptions(), proxy, connectMsMax);
      return dispatcher;
    },
    userAgent,
    judgeUrl: (url) => judgeUrl(allow, url),
    close: async () => await dispatcher?.close(),
  };
}

/**
 * Whether a URL may be requested: it must be absolute, http or https, without credentials, with a usable port, and not
 * name a refused IP literal. The URL parser has already normalized decimal, octal and hexadecimal notations.
 * The addresses of a name are checked on connecting.
 */
export function judgeUrl(allow: AllowList, text: string): UrlVerdict {
  if (text.length > urlCharsMax) return refuseUrl(`the URL is longer than ${urlCharsMax} characters`);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return refuseUrl('the URL is not a valid absolute URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuseUrl('the URL must use http or https');
  if (url.username !== '' || url.password !== '') return refuseUrl('the URL must not contain credentials');
  if (url.port === '0') return refuseUrl('the URL must not use port 0');
  const host = stripBrackets(url.hostname);
  if (isIP(host) !== 0 && !mayReach(allow, host)) {
    return { ok: false, reason: 'refused_address', detail: `${host} is not a permitted address` };
  }
  return { ok: true, url };
}

function refuseUrl(detail: string): UrlVerdict {
  return { ok: false, reason: 'bad_url', detail };
}

function makeDispatcher(options: Agent.Options, proxy: ProxySettings, connectMsMax: number): Dispatcher {
  const { httpsProxy = '', httpProxy = '', noProxy = '' } = proxy;
  const { Agent, EnvHttpProxyAgent } = undici();
  if (httpsProxy === '' && httpProxy === '') return new Agent(options);
  // Empty strings instead of undefined keep undici from reading the process environment.
  // Plain http is sent to the proxy without a tunnel, because most proxies open tunnels to port 443 only.
  const timeout = { timeout: connectMsMax };
  return new EnvHttpProxyAgent({
    ...options,
    httpsProxy,
    httpProxy,
    noProxy,
    proxyTunnel: false,
    proxyTls: timeout,
    requestTls: timeout,
    clientFactory: (origin, poolOptions) => makeProxyPool(origin, { ...poolOptions, headersTimeout: connectMsMax }),
  });
}

/**
 * Connections to the proxy itself. When a proxy closes the connection instead of opening a tunnel, undici mistakes the
 * error for that of an idle socket and retries for ever; an error with another code ends the request.
 */
function makeProxyPool(origin: URL, options: Pool.Options): Dispatcher {
  const { Pool } = undici();
  const pool = new Pool(origin, options);
  const openTunnel = pool.connect.bind(pool);
  const connect = async (request: Dispatcher.ConnectOptions) => {
    try {
      return await openTunnel(request);
    } catch (error) {
      throw error instanceof undici().errors.SocketError ? makeBrokenTunnelError(error) : error;
    }
  };
  return Object.assign(pool, { connect });
}

function makeConnector(allow: AllowList, lookup: LookupFunction, timeout: number): buildConnector.connector {
  const connect = undici().buildConnector({ lookup: checkedLookup(allow, lookup), timeout, autoSelectFamily: true });
  return (options, callback) => {
    const host = stripBrackets(options.hostname);
    // A literal never passes through lookup, so it is checked here.
    if (isIP(host) !== 0 && !mayReach(allow, host)) {
      callback(makeRefusedAddressError(`${host} is not a permitted address`), null);
      return;
    }
    connect(options, (error, socket) => {
      if (error !== null) return callback(error, null);
      if (socket.remoteAddress !== undefined && mayReach(allow, socket.remoteAddress))
        return callback(null, readInPieces(socket));
      socket.destroy();
      callback(makeRefusedAddressError(`the connection to ${host} has a peer address that is not permitted`), null);
    });
  };
}

/** The same socket, read in pieces of `pieceBytesMax`, and not at all after a header overflow. */
function readInPieces<S extends Socket>(socket: S): S {
  const read = socket.read.bind(socket);
  const readPiece = (size?: number): unknown => {
    if (socket.errored instanceof undici().errors.HeadersOverflowError) return null;
    const held = socket.readableLength;
    return size === undefined && held > 0 ? read(Math.min(held, pieceBytesMax)) : read(size);
  };
  return Object.assign(socket, { read: readPiece });
}

/** Resolves by `lookup` and passes its answers on only if every one of them is permitted. */
function checkedLookup(allow: AllowList, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, answers) => {
      if (error) return callback(error, []);
      const list = typeof answers === 'string' ? [] : answers;
      const [first] = list;
      if (first === undefined)
        return callback(Object.assign(new Error(`${hostname} has no address`), { code: 'ENODATA' }), []);
      if (!list.every(({ address }) => mayReach(allow, address))) {
        return callback(makeRefusedAddressError(`${hostname} resolves to an address that is not permitted`), []);
      }
      if (options.all === true) callback(null, list);
      else callback(null, first.address, first.family);
    });
  };
}

function stripBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
