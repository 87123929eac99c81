// The page's own files, with the headers that keep hostile messages from becoming anything but text.
import { readdir, readFile } from 'node:fs/promises'
import { extname } from 'node:path'

const FOLDER = new URL('public/', import.meta.url)

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

export type Asset = { readonly headers: Readonly<Record<string, string>>; readonly bytes: Buffer }

/** Null for what is none of the page's files; only names that are in the folder are ever opened. */
export async function findAsset(path: string): Promise<Asset | null> {
  const name = path === '/' ? 'index.html' : path.slice(1)
  const names = await readdir(FOLDER)
  const type = TYPES[extname(name)]
  if (type === undefined || !names.includes(name)) return null
  return {
    headers: { 'content-type': type, 'content-security-policy': POLICY, 'cache-control': 'no-cache' },
    bytes: await readFile(new URL(name, FOLDER)),
  }
}
