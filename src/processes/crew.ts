// The crew as it stands in the files now: the project's prompts with the operator's on top. Read anew for every worker and every look.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readPrompts } from '../adapters/prompts/directory.ts'
import { COMMANDS } from '../core/conversation/command-texts.ts'
import { buildCrew } from '../core/crew/crew-registry.ts'
import type { Crew } from '../core/crew/crew-registry.ts'
import { buildPromptPack } from '../core/crew/prompt-pack.ts'
import type { PromptPack } from '../core/crew/prompt-pack.ts'
import { TOOLS } from '../core/crew/tools/registry.ts'
import type { Ids } from '../core/ports/ids.ts'

const PROMPTS = fileURLToPath(new URL('../../prompts', import.meta.url))

export type CrewAsRead = { readonly crew: Crew; readonly promptPack: PromptPack }

/** Throws CrewMistake, an Error with one clear sentence, where the files do not make a crew. */
export async function readCrew(dataDir: string, digest: Ids['digest']): Promise<CrewAsRead> {
  const operators = { prompts: join(dataDir, 'prompts'), skills: join(dataDir, 'skills') }
  const sources = await readPrompts(PROMPTS, operators)
  const crew = buildCrew(sources.roles, TOOLS)
  const commands = COMMANDS.map(({ name }) => name)
  return { crew, promptPack: buildPromptPack({ ...sources, crew, commands }, (text) => digest(text)) }
}
