// Zip archives, opened with suspicion: names and sizes are read without unpacking, and what is unpacked is bounded first.
import type { UnzipFileInfo } from 'fflate'
import { unzipSync } from 'fflate'
import { ENTRY_LIMIT, RATIO_LIMIT, UNPACKED_LIMIT } from './parsed.ts'

export type ZipEntry = { readonly name: string; readonly bytes: number; readonly packed: number }

const MOST_ENTRIES = 20_000

/** The archive is a bomb or pretends to be one; `message` is a sentence for its sender. */
export class TooMuchInside extends Error {}

/** Every entry in order. Throws TooMuchInside, and any Error for what is no zip. */
export function zipEntries(bytes: Uint8Array): readonly ZipEntry[] {
  const entries: ZipEntry[] = []
  unzipSync(bytes, {
    filter: ({ name, originalSize, size }) => {
      if (entries.length >= MOST_ENTRIES)
        throw new TooMuchInside(`The archive has more than ${MOST_ENTRIES} files in it: send the ones that matter.`)
      entries.push({ name, bytes: originalSize, packed: size })
      return false
    },
  })
  return entries
}

/** The entries that `wanted` asks for, by name. What an entry claims to unpack to is all the room that it gets. */
export function unzip(bytes: Uint8Array, wanted: (name: string) => boolean): ReadonlyMap<string, Uint8Array> {
  let unpacked = 0
  const take = ({ name, originalSize, size }: UnzipFileInfo): boolean => {
    if (!wanted(name)) return false
    unpacked += originalSize
    const isBomb = originalSize > 1_000_000 && originalSize > size * RATIO_LIMIT
    if (isBomb || originalSize > ENTRY_LIMIT || unpacked > UNPACKED_LIMIT)
      throw new TooMuchInside('It unpacks to far more than it should: if it is honest, send its text or a PDF of it.')
    return true
  }
  return new Map(Object.entries(unzipSync(bytes, { filter: take })))
}
