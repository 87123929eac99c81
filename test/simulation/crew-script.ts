// What the simulated models say: random plans, random tool calls, good and bad, repairs and reviews. Asked again after a
// crash they may say something else, as real ones do; what counts is what the log recorded.
import { createScriptedModels } from '../../src/adapters/memory/models.ts'
import type { Said } from '../../src/adapters/memory/models.ts'
import type { ChatRequest, Models } from '../../src/core/ports/models.ts'
import { ModelError } from '../../src/core/ports/models.ts'
import type { JsonValue } from '../../src/core/vocabulary/json.ts'
import type { Process } from './process.ts'
import type { Random } from './random.ts'
import { ASKED } from './watch-commands.ts'

export type Wishes = {
  /** A name that no other change has. */
  readonly freshChange: () => string
  readonly failRate: () => number
}

/** How a subtask's agent behaves, told from its subject: mostly well. */
const MANNERS = ['works', 'works', 'works', 'works', 'works', 'works', 'loops', 'dawdles', 'silent'] as const

export function createCrewModels(process: Process, random: Random, wishes: Wishes): Models {
  async function think(signal: AbortSignal): Promise<void> {
    const broken = random.chance(wishes.failRate())
    const off = new Promise<void>((resolve) => {
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
    await Promise.race([process.pass(random.spread(2_000)), off])
    if (signal.aborted) throw new ModelError('aborted', 'The call was called off.')
    if (!broken) return
    if (random.chance(0.3)) throw new ModelError('overloaded', 'The model is overloaded: try again later.')
    throw new Error('simulated: the connection to the model broke')
  }

  function turn(request: ChatRequest, number: number): Said {
    if (request.purpose.subject === 'answer') return random.chance(0.05) ? {} : { text: 'It is a simulation.' }
    const manner = MANNERS[sum(request.purpose.taskId + request.purpose.subject) % MANNERS.length]
    if (manner === 'loops') return { calls: [{ tool: 'list', input: { path: '.' } }] }
    if (manner === 'dawdles') return { calls: [{ tool: 'shell', input: { command: `echo ${number}` } }] }
    if (manner === 'silent') return { text: 'I would rather talk.' }
    if (random.chance(0.05)) return { text: 'Hm.' }
    const calls = Array.from({ length: random.between(1, 3) }, () => anyCall())
    const finish = { tool: 'finish', input: { summary: 'Done.', evidence: [] } }
    if (number > 5 || random.chance(0.4))
      return { text: 'Finishing.', calls: random.chance(0.5) ? [finish] : [...calls, finish] }
    return { calls }
  }

  function anyCall(): { readonly tool: string; readonly input: JsonValue } {
    const kind = random.next()
    if (kind < 0.06) return { tool: 'shell', input: { command: `${ASKED} origin ${random.pick(['main', 'next'])}` } }
    if (kind < 0.5) return { tool: 'shell', input: { command: `change ${wishes.freshChange()}` } }
    if (kind < 0.6) return { tool: 'write', input: { path: 'index.js', content: wishes.freshChange() } }
    if (kind < 0.7) return { tool: 'read', input: { path: random.pick(['index.js', 'nothing.js']) } }
    if (kind < 0.8) return { tool: 'serve', input: { command: 'serve', port: random.pick([3_000, 3_001]) } }
    if (kind < 0.85) return { tool: 'shell', input: { command: 'fail' } }
    if (kind < 0.9) return { tool: 'no-such-tool', input: {} }
    if (kind < 0.95) return { tool: 'shell', input: { wrong: true } }
    return { tool: 'list', input: { path: '.' } }
  }

  function plan(): JsonValue {
    const size = random.between(1, 4)
    return {
      summary: 'A plan.',
      subtasks: Array.from({ length: size }, (_, index) => ({
        id: `s${index}`,
        title: `Subtask ${index}`,
        role: random.pick(['coder', 'coder', 'tester', 'tester', 'executor']),
        instructions: 'Change something.',
        acceptance: [],
        // Towards earlier ones mostly; now and then in a circle.
        depends_on: random.chance(0.4)
          ? [`s${random.chance(0.05) ? index : random.between(0, Math.max(0, index - 1))}`]
          : [],
      })).map((subtask, index) =>
        index === 0 && subtask.depends_on[0] === 's0' && !random.chance(0.05)
          ? { ...subtask, depends_on: [] }
          : subtask,
      ),
    }
  }

  function route(prompt: string): JsonValue {
    // What was said before stands above it.
    const kind = /\b(dev|question|run|refuse)\b/.exec(prompt.slice(prompt.lastIndexOf('<request>')))?.[1]
    const shared = {
      confidence: random.chance(0.9) ? 0.9 : 0.3,
      summary: 'Understood.',
      plan: 'Do it.',
      needs_confirmation: random.chance(0.3),
      continues: random.chance(0.3),
      others: Array.from({ length: random.chance(0.15) ? random.between(1, 2) : 0 }, () => 'please dev something'),
      facts: random.chance(0.2) ? [{ kind: 'fact', text: 'Ada says please.', quote: 'please', confidence: 0.5 }] : [],
    }
    if (kind === 'run') {
      const command = random.chance(0.95) ? `change ${wishes.freshChange()}` : ' '
      return { ...shared, task_type: 'shell_command', command, refusal: null }
    }
    const refusal = kind === 'refuse' ? 'That can not be done here.' : null
    return { ...shared, task_type: kind === 'question' ? 'question' : 'dev_pipeline', command: null, refusal }
  }

  return createScriptedModels({
    chat: async (request, number, signal) => {
      await think(signal)
      return turn(request, number)
    },
    object: async (request, signal) => {
      await think(signal)
      if (request.schemaName === 'plan') return plan()
      if (request.schemaName === 'route') return route(request.prompt)
      const blocking = random.chance(0.3)
      const findings = blocking ? [{ file: null, problem: 'It could be better.', blocking }] : []
      return { approved: !blocking, summary: 'Reviewed.', findings }
    },
  })
}

function sum(text: string): number {
  let total = 7
  for (const character of text) total = (total * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003
  return total
}
