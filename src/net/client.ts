import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import { Agent, buildConnector, type Dispatcher, EnvHttpProxyAgent, errors, Pool } from 'undici';
import { type AllowList, mayReach } from './address.ts';
import { makeBrokenTunnelError, makeRefusedAddressError } from './failure.ts';

/** The proxies of the environment: URLs, and the names that are reached without one. */
export type ProxySettings = {
  readonly httpsProxy?: string | undefined;
  readonly httpProxy?: string | undefined;
  readonly noProxy?: string | undefined;
};

export type ClientSettings = {
  /** Private blocks that may be reached; none unless told. */
  readonly allow?: AllowList;
  /** Name resolution; the system's unless told. */
  readonly lookup?: LookupFunction;
  readonly proxy?: ProxySettings;
  readonly userAgent: string;
  /** From the start of name resolution to the end of the TLS handshake, in milliseconds. */
  readonly connectMsMax?: number;
  /** The size of a response's header section, in bytes. */
  readonly headerBytesMax?: number;
  /** Connections to one origin; requests beyond wait for one. Null: as many as the caller makes requests. */
  readonly connectionsPerOriginMax?: number | null;
};

/** A way to the outside world that vets every address it connects to. */
export type Client = {
  /** For `undici.request` alone, and only with a URL that `judgeUrl` has let pass. */
  readonly dispatcher: Dispatcher;
  readonly userAgent: string;
  readonly judgeUrl: (url: string) => UrlVerdict;
  /** Ends kept-alive connections once what runs on them has finished. */
  readonly close: () => Promise<void>;
};

export type UrlVerdict =
  | { readonly ok: true; readonly url: URL }
  | { readonly ok: false; readonly reason: 'bad_url' | 'refused_address'; readonly detail: string };

export const connectMsMaxDefault = 10_000;
export const headerBytesMaxDefault = 16_384;

/**
 * Bytes handed to the HTTP parser at once. It looks up from a piece only at its end: of a flood of headers each one past
 * the limit costs an error with its stack, and all else in the process waits meanwhile.
 */
export const pieceBytesMax = 4096;

/** The longest URL that is asked for, in UTF-16 units. */
export const urlCharsMax = 8_192;

const connectionsPerOriginMaxDefault = 8;
const keepAliveMs = 4_000;

/**
 * A guarded HTTP client. Literals are vetted before anything is sent; of a name, all DNS answers are vetted,
 * one refused answer refuses the name, and the socket gets exactly the answers that were vetted, so a second
 * resolution cannot differ; the peer is vetted once more when connected. A caller checks no address itself.
 *
 * With a proxy the proxy resolves names: literals are still vetted here, names are the proxy's to judge. The proxy
 * itself is the operator's choice and may be anywhere. Certificates: Node's own settings (NODE_EXTRA_CA_CERTS).
 */
export function makeClient(settings: ClientSettings): Client {
  const { allow = [], lookup = systemLookup, proxy = {}, userAgent } = settings;
  const connectMsMax = settings.connectMsMax ?? connectMsMaxDefault;
  const { connectionsPerOriginMax = connectionsPerOriginMaxDefault } = settings;
  const options: Agent.Options = {
    connect: makeConnector(allow, lookup, connectMsMax),
    connections: connectionsPerOriginMax,
    pipelining: 1,
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: keepAliveMs,
    maxHeaderSize: settings.headerBytesMax ?? headerBytesMaxDefault,
    // The exchange as a whole has a deadline, which the caller holds.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  const dispatcher = makeDispatcher(options, proxy, connectMsMax);
  return {
    dispatcher,
    userAgent,
    judgeUrl: (url) => judgeUrl(allow, url),
    close: () => dispatcher.close(),
  };
}

/**
 * Whether a URL may be asked for at all: absolute, http or https, no credentials, a usable port, and no literal
 * address that is refused. The URL parser has by then turned decimal, octal and hexadecimal spellings into plain ones.
 * What a name resolves to is judged on connecting.
 */
export function judgeUrl(allow: AllowList, text: string): UrlVerdict {
  if (text.length > urlCharsMax) return refuseUrl(`the URL is longer than ${urlCharsMax} characters`);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return refuseUrl('the URL cannot be read');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return refuseUrl('the URL is neither http nor https');
  if (url.username !== '' || url.password !== '') return refuseUrl('the URL carries credentials');
  if (url.port === '0') return refuseUrl('the URL names port 0');
  const host = stripBrackets(url.hostname);
  if (isIP(host) !== 0 && !mayReach(allow, host)) {
    return { ok: false, reason: 'refused_address', detail: `${host} may not be reached` };
  }
  return { ok: true, url };
}

function refuseUrl(detail: string): UrlVerdict {
  return { ok: false, reason: 'bad_url', detail };
}

function makeDispatcher(options: Agent.Options, proxy: ProxySettings, connectMsMax: number): Dispatcher {
  const { httpsProxy = '', httpProxy = '', noProxy = '' } = proxy;
  if (httpsProxy === '' && httpProxy === '') return new Agent(options);
  // Empty strings, not undefined: the settings given are the whole truth, the process environment is not looked at.
  // Plain http is sent to the proxy as such; most proxies open tunnels to port 443 only.
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
 * Connections to the proxy itself. When a proxy hangs up on a request for a tunnel, undici takes the error for that
 * of an idle socket and asks again for ever; under another code it ends the request.
 */
function makeProxyPool(origin: URL, options: Pool.Options): Dispatcher {
  const pool = new Pool(origin, options);
  const openTunnel = pool.connect.bind(pool);
  const connect = async (request: Dispatcher.ConnectOptions) => {
    try {
      return await openTunnel(request);
    } catch (error) {
      throw error instanceof errors.SocketError ? makeBrokenTunnelError(error) : error;
    }
  };
  return Object.assign(pool, { connect });
}

function makeConnector(allow: AllowList, lookup: LookupFunction, timeout: number): buildConnector.connector {
  const connect = buildConnector({ lookup: vetLookup(allow, lookup), timeout, autoSelectFamily: true });
  return (options, callback) => {
    const host = stripBrackets(options.hostname);
    // A literal never passes through lookup, so it is vetted here.
    if (isIP(host) !== 0 && !mayReach(allow, host)) {
      callback(makeRefusedAddressError(`${host} may not be reached`), null);
      return;
    }
    connect(options, (error, socket) => {
      if (error !== null) return callback(error, null);
      if (socket.remoteAddress !== undefined && mayReach(allow, socket.remoteAddress))
        return callback(null, readInPieces(socket));
      socket.destroy();
      callback(makeRefusedAddressError(`${host} is connected to an address that may not be reached`), null);
    });
  };
}

/** The socket, which now gives what it holds in pieces, and nothing more once there were too many headers in it. */
function readInPieces<S extends Socket>(socket: S): S {
  const read = socket.read.bind(socket);
  const readPiece = (size?: number): unknown => {
    if (socket.errored instanceof errors.HeadersOverflowError) return null;
    const held = socket.readableLength;
    return size === undefined && held > 0 ? read(Math.min(held, pieceBytesMax)) : read(size);
  };
  return Object.assign(socket, { read: readPiece });
}

/** Resolves by `lookup` and hands on its answers only if every one of them may be reached. */
function vetLookup(allow: AllowList, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, answers) => {
      if (error) return callback(error, []);
      const list = typeof answers === 'string' ? [] : answers;
      const [first] = list;
      if (first === undefined)
        return callback(Object.assign(new Error(`${hostname} has no address`), { code: 'ENODATA' }), []);
      if (!list.every(({ address }) => mayReach(allow, address))) {
        return callback(makeRefusedAddressError(`${hostname} resolves to an address that may not be reached`), []);
      }
      if (options.all === true) callback(null, list);
      else callback(null, first.address, first.family);
    });
  };
}

function stripBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
