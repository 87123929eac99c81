// Memory as plain files that a person can edit: SOUL.md, MEMORY.md, memory/YYYY-MM-DD.md. Read at once, never cached.
import type { MemoryScope } from '../vocabulary/memory.ts'

/** `SOUL.md`, `MEMORY.md` or `memory/2026-11-21.md`. */
export type MemoryFileName = string & { readonly brand: 'MemoryFileName' }

export type MemoryFile = { readonly scope: MemoryScope; readonly name: MemoryFileName; readonly text: string }

export interface MemoryFiles {
  /** Null when there is none. At most 64 kB of it; what is not text is left out. Links are not followed. */
  read(scope: MemoryScope, name: MemoryFileName): Promise<MemoryFile | null>
  /** By name. */
  list(scope: MemoryScope): Promise<readonly MemoryFileName[]>
  /** Replaces the whole, at once; durable when it resolves. */
  write(file: MemoryFile): Promise<void>
  /** Adds a line at the end unless it is the file's last line already. Calls for one file do not mix their lines. */
  append(scope: MemoryScope, name: MemoryFileName, line: string): Promise<void>
  /** Takes away everything of a scope. */
  clear(scope: MemoryScope): Promise<void>
}
