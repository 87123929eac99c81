// Real readers in real sandboxes, for the tests of what they read.
import type { DocumentReading } from '../../src/adapters/readers/document-process.ts'
import { createLocalReaders } from '../../src/adapters/readers/local-readers.ts'
import type { LocalFile } from '../../src/core/ports/local-readers.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { prepareGround } from '../hostile/ground.ts'

/** Call at the top of a test file. */
export function prepareReaders() {
  const ground = prepareGround()
  let opened = 0
  const deps = {
    sandboxes: ground.provider,
    newWorkspace: () => `reading-${++opened}` as TaskId,
    removeWorkspace: (workspace: TaskId) => ground.workspaces.remove(workspace),
  }
  return { ...ground, deps, readers: createLocalReaders(deps) }
}

export function fileOf(name: string, content: Uint8Array | string, mediaType = ''): LocalFile {
  return { name, bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content, mediaType }
}

export const never = new AbortController().signal

/** The text, or the sentence in brackets. */
export function saidBy(reading: DocumentReading): string {
  if (reading.type === 'read') return reading.text
  if (reading.type === 'pictures') return `[${reading.pages} pictures]`
  return `[${reading.type === 'failed' ? reading.reason : reading.hint}]`
}
