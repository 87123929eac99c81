// Reads the crew's prompts from a folder of Markdown files, one for each name.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PROMPT_NAMES } from '../../core/crew/prompts.ts'
import type { Prompts } from '../../core/crew/prompts.ts'

/** Throws an Error that names the file when one is missing. */
export async function readPrompts(directory: string): Promise<Prompts> {
  const entries = await Promise.all(
    PROMPT_NAMES.map(async (name) => [name, (await readFile(join(directory, `${name}.md`), 'utf8')).trim()] as const),
  )
  // Every name of PROMPT_NAMES is a key by construction.
  return Object.fromEntries(entries) as Prompts
}
