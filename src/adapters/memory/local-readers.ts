// Readers that say what a test tells them to.
import type { LocalFile, LocalReaders, LocalReading } from '../../core/ports/local-readers.ts'

export type ReadersScript = {
  readonly documentText?: (file: LocalFile) => LocalReading
  readonly imageText?: (file: LocalFile) => LocalReading
  readonly speechText?: (file: LocalFile) => LocalReading
}

/** What the script leaves out is unsupported. */
export function createScriptedReaders(script: ReadersScript = {}): LocalReaders {
  const unsupported = (): LocalReading => ({ type: 'unsupported', hint: 'The script does not read this.' })
  return {
    documentText: async (file) => (script.documentText ?? unsupported)(file),
    imageText: async (file) => (script.imageText ?? unsupported)(file),
    speechText: async (file) => (script.speechText ?? unsupported)(file),
  }
}
