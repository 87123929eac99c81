// Memory as files in a folder that people edit with whatever they like: what lies there is looked at before it is believed.
import { join } from 'node:path'
import type { MemoryFileName, MemoryFiles } from '../../core/ports/memory-files.ts'
import { isMemoryFileName, MEMORY_FILE_BYTES } from '../../core/ports/memory-files.ts'
import type { MemoryScope } from '../../core/vocabulary/memory.ts'
import {
  appendWithin,
  filesWithin,
  makeFolders,
  readFileWithin,
  removeWithin,
  replaceWithin,
  writeIfMissing,
} from './checked-file.ts'
import { isNothingToRead, memoryFileError } from './failure.ts'
import { folderOf } from './places.ts'

export type DirectoryMemoryFiles = MemoryFiles & {
  /** Where a person finds a scope's files, whether there are any yet or not. */
  readonly folder: (scope: MemoryScope) => string
}

const DAYS = 'memory'

/**
 * `root/shared/`, `root/people/<id>/`, `root/chats/<digest>/` with an `about.txt` where the name does not say whose it is. Folders are made
 * when something is first written, for their owner alone. Links below the root are neither read, listed nor written through.
 */
export function createDirectoryMemoryFiles(root: string): DirectoryMemoryFiles {
  const queues = new Map<string, Promise<unknown>>()

  /** One at a time for each file. */
  function inTurn<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
    const turn = (queues.get(path) ?? Promise.resolve()).then(work)
    const settled = turn.then(
      () => undefined,
      () => undefined,
    )
    queues.set(path, settled)
    void settled.then(() => {
      if (queues.get(path) === settled) queues.delete(path)
    })
    return turn
  }

  const folder = (scope: MemoryScope) => join(root, ...folderOf(scope).parts)

  function pathOf(scope: MemoryScope, name: MemoryFileName): string {
    if (!isMemoryFileName(name)) throw new Error(`${JSON.stringify(name)} is no name of a memory file`)
    return join(folder(scope), ...name.split('/'))
  }

  async function whileWriting(scope: MemoryScope, path: string, work: () => Promise<void>): Promise<void> {
    try {
      const { about } = folderOf(scope)
      if (about !== null) {
        await makeFolders(root, folder(scope))
        await writeIfMissing(join(folder(scope), 'about.txt'), `${about}\n`)
      }
      await work()
    } catch (error) {
      throw memoryFileError('written', path, error)
    }
  }

  return {
    folder,
    read: async (scope, name) => {
      const path = pathOf(scope, name)
      const bytes = await orNothing(path, () => readFileWithin({ root, path }, MEMORY_FILE_BYTES))
      return bytes === null ? null : { scope, name, text: toText(bytes) }
    },
    list: async (scope) => {
      const path = folder(scope)
      const own = (await orNothing(path, () => filesWithin({ root, path }))) ?? []
      const days = (await orNothing(path, () => filesWithin({ root, path: join(path, DAYS) }))) ?? []
      return [...own, ...days.map((name) => `${DAYS}/${name}`)].filter(isMemoryFileName)
    },
    write: async ({ scope, name, text }) => {
      const path = pathOf(scope, name)
      const bytes = new TextEncoder().encode(text)
      if (bytes.length > MEMORY_FILE_BYTES) throw tooLong(path)
      await inTurn(path, () => whileWriting(scope, path, () => replaceWithin({ root, path }, bytes)))
    },
    append: async (scope, name, line) => {
      const path = pathOf(scope, name)
      const plain = line.toWellFormed().replace(/[\r\n\u0000\u2028\u2029]+/g, ' ')
      await inTurn(path, () =>
        whileWriting(scope, path, async () => {
          if (!(await appendWithin({ root, path }, plain, MEMORY_FILE_BYTES))) throw tooLong(path)
        }),
      )
    },
    clear: async (scope) => {
      const path = folder(scope)
      try {
        await removeWithin({ root, path })
      } catch (error) {
        if (!isNothingToRead(error)) throw memoryFileError('removed', path, error)
      }
    },
  }
}

async function orNothing<Value>(path: string, work: () => Promise<Value>): Promise<Value | null> {
  try {
    return await work()
  } catch (error) {
    if (isNothingToRead(error)) return null
    throw memoryFileError('read', path, error)
  }
}

/** A file with a NUL in it is no text at all; of a text everything is left out that is none, and a character that was cut. */
function toText(bytes: Uint8Array): string {
  if (bytes.includes(0)) return ''
  return new TextDecoder()
    .decode(bytes, { stream: true })
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0001-\u0008\u000b-\u001f\u007f-\u009f\ufffd]/g, '')
}

function tooLong(path: string): Error {
  return new Error(`${path} would have more than ${MEMORY_FILE_BYTES / 1_024} kB`)
}
