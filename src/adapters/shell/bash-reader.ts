// Reads command lines with a parser of bash: what would run, as far as the text tells.
import type { ShellReader } from '../../core/ports/shell-reader.ts'

export function createBashReader(): ShellReader {
  return { read: () => ({ commands: [], functions: [], problems: ['nothing is read yet'] }) }
}
