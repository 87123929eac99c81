// What an agent is told when it begins: the request as its role may know it, its own part, and the files that are there.
import { quote } from '../context/quote.ts'
import { renderMap } from '../context/repository-map.ts'
import type { SubtaskRole } from '../vocabulary/plan.ts'
import { taskPackOf } from './context.ts'
import { lookAround } from './look-around.ts'
import type { Run } from './run.ts'
import { splitParts } from './split-off.ts'
import { fullPrompt, narrowPrompt } from './task-pack.ts'
import type { Workshop } from './workshop.ts'

const BRIEF_FILES = 300
/** Up to here a list says more than a map. */
const LISTED_FILES = 60
const MAP_TOKENS = 2_000
/** Of what may be told of the conversation: who wants less of that wants less of this. */
const MAP_SHARE = 0.5

/** Recorded, because the workspace it describes changes as the agent works, and a resumed agent must read the same. */
export function briefOf(run: Run, workshop: Workshop, key: string, role: SubtaskRole, wanted: string): Promise<string> {
  const pack = taskPackOf(run, splitParts(run))
  const told = makesFiles(run, role) ? fullPrompt(pack) : narrowPrompt(pack)
  return run.journal.step(`${key}/brief`, { agent: 'platform', title: 'Brief the agent' }, async () => ({
    output: [told, wanted, await filesOf(run, workshop, `${run.task.inputText}\n${wanted}`)].join('\n\n'),
  }))
}

/** The coder and its specialists know the conversation; others do what they are told. */
function makesFiles({ crew }: Run, role: SubtaskRole): boolean {
  for (let name: string | null = role; name !== null; name = crew.role(name).like) if (name === 'coder') return true
  return false
}

/** The list of the files, or a map where there are many. `words` are what the work is about: what they name comes first. */
export async function filesOf(run: Run, { sandbox }: Workshop, words: string): Promise<string> {
  const entries = await sandbox.list('.', BRIEF_FILES)
  const paths =
    'type' in entries ? [] : entries.filter((entry) => entry.type !== 'directory').map((entry) => entry.path)
  if (paths.length === 0) return 'The workspace is empty.'
  const isAll = 'type' in entries || entries.length < BRIEF_FILES
  if (!isAll || paths.length > LISTED_FILES) {
    const facts = await lookAround(sandbox, run.signal)
    run.signal.throwIfAborted()
    const budget = Math.min(MAP_TOKENS, Math.floor(run.limits.contextTokens * MAP_SHARE))
    const map = facts === null ? '' : renderMap(facts, words, budget)
    if (map !== '') return map
  }
  const more = isAll ? [] : ['There are more files than these; list shows them.']
  return [quote('files', paths.join('\n')), ...more].join('\n')
}
