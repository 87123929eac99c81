// Packing over workspaces in memory: the files as they lie there now, and a zip that says what is in it.
import type { Packing } from '../../core/ports/packing.ts'
import type { MemoryFiles } from './workspaces.ts'

export function createMemoryPacking(files: MemoryFiles): Packing {
  return {
    recorded: async (worktree, _commit, maxBytes) => {
      const found = [...(files.get(worktree) ?? [])].map(([path, bytes]) => ({ path, type: 'file', bytes }) as const)
      const bytes = found.reduce((sum, file) => sum + file.bytes.length, 0)
      if (bytes > maxBytes) return { type: 'too_large', bytes }
      return found.toSorted((one, other) => (one.path < other.path ? -1 : 1))
    },
    zip: (packed) =>
      new TextEncoder().encode(
        packed.map(({ path, bytes }) => `${path}\n${new TextDecoder().decode(bytes)}\n`).join('\n'),
      ),
  }
}
