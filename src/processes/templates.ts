// The project templates of this installation: those that come with the program, and the operator's own over them.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createDirectoryTemplates } from '../adapters/templates/directory.ts'
import type { Templates } from '../core/ports/templates.ts'

const TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url))

export function platformTemplates(dataDir: string): Templates {
  return createDirectoryTemplates(TEMPLATES, join(dataDir, 'templates'))
}
