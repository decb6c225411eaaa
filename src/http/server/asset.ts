import { contentTag } from '../operation/etag.ts';
import { chooseEncoding, type Encoding, encode, encodedBytesMin } from './encoding.ts';

/** Content that does not change while the service runs, so that it is tagged and compressed once. */
export type Asset = {
  readonly mediaType: string;
  readonly content: string | Uint8Array<ArrayBuffer>;
  readonly tag: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its compressed forms, each made when it is first requested. */
  readonly encoded: Map<Encoding, Uint8Array<ArrayBuffer>>;
};

/** The form of an asset that one client receives. */
export type Representation = {
  /** The header fields of a 200 and of a 304. */
  readonly headers: { readonly etag: string; readonly vary: string };
  /** The header fields of a 200 only. */
  readonly contentHeaders: Readonly<Record<string, string>>;
  readonly body: () => string | Uint8Array<ArrayBuffer>;
};

export function makeAsset(content: string | Uint8Array<ArrayBuffer>, mediaType: string): Asset {
  const bytes = typeof content === 'string' ? new Uint8Array(Buffer.from(content)) : content;
  return { content, mediaType, tag: contentTag(content), bytes, encoded: new Map() };
}

/** Chooses the encoding that the client accepts. Each encoding has its own strong tag (RFC 9110, 8.8.3) and is made once. */
export function representAsset(asset: Asset, acceptEncoding: string | undefined): Representation {
  const { content, mediaType, tag, bytes, encoded } = asset;
  const isSmall = bytes.length < encodedBytesMin || mediaType.startsWith('image/');
  const encoding = isSmall ? null : chooseEncoding(acceptEncoding);
  const vary = 'Accept-Encoding';
  if (encoding === null)
    return { headers: { etag: tag, vary }, contentHeaders: { 'content-type': mediaType }, body: () => content };
  return {
    headers: { etag: tag.replace(/"$/, `-${encoding}"`), vary },
    contentHeaders: { 'content-type': mediaType, 'content-encoding': encoding },
    body: () => {
      const made = encoded.get(encoding) ?? encode(bytes, encoding);
      encoded.set(encoding, made);
      return made;
    },
  };
}
