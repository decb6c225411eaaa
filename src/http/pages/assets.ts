import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Context, Hono } from 'hono';
import { packageRoot } from '../../package-root.ts';
import type { HttpEnv } from '../deps.ts';
import { isCached } from '../operation/etag.ts';
import { type Asset, makeAsset, representAsset } from '../server/asset.ts';

/** The files of the pages and their media types. They are in `assets`. */
const mediaTypes = {
  'pages.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
  'pages.js': 'text/javascript; charset=utf-8',
} as const;

type AssetName = keyof typeof mediaTypes;

const yearSeconds = 31_536_000;

/** An image that is opened by itself must not run anything either. */
const assetPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

const loaded = new Map<AssetName, Asset>();

function load(name: AssetName): Asset {
  const asset =
    loaded.get(name) ?? makeAsset(readFileSync(join(packageRoot(), 'assets', name), 'utf8'), mediaTypes[name]);
  loaded.set(name, asset);
  return asset;
}

/** The hash of the content, which the addresses of assets have as `v`. */
function versionOf(asset: Asset): string {
  return asset.tag.replaceAll(/[^0-9a-f]/g, '');
}

/** The path of an asset. It changes with the content, so that caches can keep what it leads to. */
export function assetAddress(name: AssetName): string {
  return `/assets/${name}?v=${versionOf(load(name))}`;
}

/**
 * Adds the style sheet, the icon and the script. A node of another version may have made the page, so an address with another `v` leads
 * to the content of this one, which caches then must not keep.
 */
export function addAssets(app: Hono<HttpEnv>): void {
  // The keys of a literal are its names.
  for (const name of Object.keys(mediaTypes) as AssetName[])
    app.get(`/assets/${name}`, (c: Context<HttpEnv>) => {
      const asset = load(name);
      const { headers, contentHeaders, body } = representAsset(asset, c.req.header('accept-encoding'));
      const isCurrent = c.req.query('v') === versionOf(asset);
      const cacheControl = isCurrent ? `public, max-age=${yearSeconds}, immutable` : 'no-cache';
      const all = {
        ...headers,
        'cache-control': cacheControl,
        'content-security-policy': assetPolicy,
        // A card in a sandboxed frame is of another origin.
        'cross-origin-resource-policy': 'cross-origin',
      };
      if (isCached(c.req.header('if-none-match'), headers.etag)) return c.body(null, 304, all);
      return c.body(body(), 200, { ...all, ...contentHeaders });
    });
}
