// Where work starts, in words: what an OK is to says it, and what a yes to a command is bound to is named by it.
import type { WorkspaceSource } from './task.ts'

/** Null for what needs no saying: nothing, a folder, the work before. */
export function sourceWords(source: WorkspaceSource): string | null {
  switch (source.type) {
    case 'git': {
      const ref = source.ref === null ? [] : [`at ${source.ref}`]
      const paths = source.paths.length === 0 ? [] : [`only ${source.paths.join(', ')}`]
      return [source.url, ...ref, ...paths].join(', ')
    }
    case 'archive':
      return 'the archive that was sent'
    case 'template':
      return `the template ${source.name}`
    case 'empty':
    case 'directory':
    case 'task':
      return null
  }
}

/** Tells one such source from every other before it is fetched; null for those whose files have names of their own. */
export function sourceName(source: WorkspaceSource): string | null {
  return source.type === 'git' || source.type === 'archive' || source.type === 'template'
    ? `source:${JSON.stringify(source, Object.keys(source).toSorted())}`
    : null
}
