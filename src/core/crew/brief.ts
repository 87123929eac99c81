// What an agent is told when it begins: the request as its role may know it, its own part, and the files that are there.
import { quote } from '../context/quote.ts'
import { taskPackOf } from './context.ts'
import type { Run } from './run.ts'
import { splitParts } from './split-off.ts'
import { fullPrompt, narrowPrompt } from './task-pack.ts'
import type { SubtaskRole } from '../vocabulary/plan.ts'
import type { Workshop } from './workshop.ts'

const BRIEF_FILES = 300

/** Recorded, because the workspace it describes changes as the agent works, and a resumed agent must read the same. */
export function briefOf(run: Run, workshop: Workshop, key: string, role: SubtaskRole, wanted: string): Promise<string> {
  const pack = taskPackOf(run, splitParts(run))
  const told = role === 'coder' ? fullPrompt(pack) : narrowPrompt(pack)
  return run.journal.step(`${key}/brief`, { agent: 'platform', title: 'Brief the agent' }, async () => ({
    output: [told, wanted, await filesOf(workshop, `${run.task.inputText}\n${wanted}`)].join('\n\n'),
  }))
}

/** `words` are what the work is about: what they name comes first where not all can be told. */
export async function filesOf(workshop: Workshop, words: string): Promise<string> {
  const entries = await workshop.sandbox.list('.', BRIEF_FILES)
  const paths =
    'type' in entries ? [] : entries.filter((entry) => entry.type !== 'directory').map((entry) => entry.path)
  if (paths.length === 0) return 'The workspace is empty.'
  const more =
    'type' in entries || entries.length < BRIEF_FILES ? [] : ['There are more files than these; list shows them.']
  return [quote('files', paths.join('\n')), ...more].join('\n')
}
