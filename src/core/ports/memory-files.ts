// Memory as plain files that a person can edit: SOUL.md, MEMORY.md, memory/YYYY-MM-DD.md. Read at once, never cached.
import type { MemoryScope } from '../vocabulary/memory.ts'

/** `SOUL.md`, `MEMORY.md` or `memory/2026-11-21.md`. */
export type MemoryFileName = string & { readonly brand: 'MemoryFileName' }

/** What a `MemoryFileName` looks like. */
const MEMORY_FILE_NAME = /^(?:SOUL\.md|MEMORY\.md|memory\/\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\.md)$/

/** The most that one file may hold, in UTF-8. */
export const MEMORY_FILE_BYTES = 65_536

export function isMemoryFileName(name: string): name is MemoryFileName {
  return MEMORY_FILE_NAME.test(name)
}

/** Where the notes of a day (UTC) stand. */
export function notesOf(day: Date): MemoryFileName {
  return `memory/${day.toISOString().slice(0, 10)}.md` as MemoryFileName
}

export type MemoryFile = { readonly scope: MemoryScope; readonly name: MemoryFileName; readonly text: string }

export interface MemoryFiles {
  /** Null when there is none. At most 64 kB of it; what is not text is left out. Links are not followed, folders are no files. */
  read(scope: MemoryScope, name: MemoryFileName): Promise<MemoryFile | null>
  /** By name. */
  list(scope: MemoryScope): Promise<readonly MemoryFileName[]>
  /** Replaces the whole, at once; durable when it resolves. Throws for more than 64 kB, and for any other name than a file may have. */
  write(file: MemoryFile): Promise<void>
  /**
   * Adds a line at the end unless it is the file's last line already. Calls for one file do not mix their lines. Throws where the file
   * would have more than 64 kB.
   */
  append(scope: MemoryScope, name: MemoryFileName, line: string): Promise<void>
  /** Takes away everything of a scope. */
  clear(scope: MemoryScope): Promise<void>
}
