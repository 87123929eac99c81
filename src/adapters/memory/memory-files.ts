// Memory files in memory, for tests and the simulation.
import type { MemoryFile, MemoryFileName, MemoryFiles } from '../../core/ports/memory-files.ts'
import { isMemoryFileName, MEMORY_FILE_BYTES } from '../../core/ports/memory-files.ts'
import type { MemoryScope } from '../../core/vocabulary/memory.ts'

export function createMemoryMemoryFiles(): MemoryFiles {
  const files = new Map<string, MemoryFile>()
  const keyOf = (scope: MemoryScope, name: MemoryFileName) => {
    if (!isMemoryFileName(name)) throw new Error(`${JSON.stringify(name)} is no name of a memory file`)
    return JSON.stringify([scope, name])
  }
  const put = (file: MemoryFile) => {
    if (new TextEncoder().encode(file.text).length > MEMORY_FILE_BYTES)
      throw new Error(`${file.name} would have more than ${MEMORY_FILE_BYTES / 1_024} kB`)
    files.set(keyOf(file.scope, file.name), file)
  }
  return {
    read: async (scope, name) => {
      const file = files.get(keyOf(scope, name))
      return file === undefined ? null : { ...file, text: asRead(file.text) }
    },
    list: async (scope) =>
      [...files.values()]
        .filter((file) => file.scope === scope)
        .map(({ name }) => name)
        .toSorted(),
    write: async (file) => put(file),
    append: async (scope, name, line) => {
      const text = files.get(keyOf(scope, name))?.text ?? ''
      const plain = line.toWellFormed().replace(/[\r\n\u0000\u2028\u2029]+/g, ' ')
      if (text.trimEnd().split('\n').at(-1)?.trimEnd() === plain.trimEnd()) return
      put({ scope, name, text: `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${plain}\n` })
    },
    clear: async (scope) => {
      for (const [key, file] of files) if (file.scope === scope) files.delete(key)
    },
  }
}

function asRead(text: string): string {
  if (text.includes('\0')) return ''
  return text
    .toWellFormed()
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0001-\u0008\u000b-\u001f\u007f-\u009f\ufffd]/g, '')
}
