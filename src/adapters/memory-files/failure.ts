// What a file system says, as one sentence for whoever edits these files.
import { messageOf } from '../../core/vocabulary/thrown.ts'

/** A folder, a link, a pipe or a device stands where a file, or a folder of ours, should be. */
export class NotAPlainFile extends Error {
  constructor(path: string) {
    super(`${path} is something else than it should be`)
    this.name = 'NotAPlainFile'
  }
}

const NOTHING_TO_READ: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EMLINK', 'EISDIR', 'ENXIO'])
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it may not grow any more',
  EACCES: 'it may not be touched',
  EPERM: 'it may not be touched',
  EROFS: 'the disk can only be read',
  EISDIR: 'a folder stands in its place',
  ENOTEMPTY: 'a folder stands in its place',
  ENOTDIR: 'a file stands where a folder should be',
  ELOOP: 'a link stands in its place',
}

export function memoryFileError(doing: string, path: string, error: unknown): Error {
  const said = messageOf(error)
  return new Error(`${path} could not be ${doing}: ${REASONS[codeOf(error)] ?? said}.`, { cause: error })
}

/** Whether there is simply nothing there that could be read. */
export function isNothingToRead(error: unknown): boolean {
  return NOTHING_TO_READ.has(codeOf(error))
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
