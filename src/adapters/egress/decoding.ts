// Unpacking what a server answered packed although it was asked not to: what can't be read can't be searched for values.
import type { Transform } from 'node:stream'
import zlib from 'node:zlib'

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
}
const MOST = 2

/** For a Content-Encoding, in the order to apply them; null where one of them is not known. */
export function decoderFor(contentEncoding: string): readonly Transform[] | null {
  const names = contentEncoding
    .toLowerCase()
    .split(/\s*,\s*/)
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
    .toReversed()
  const makers = names.map((name) => (Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined))
  const known = makers.filter((make) => make !== undefined)
  return known.length === names.length && names.length <= MOST ? known.map((make) => make()) : null
}
