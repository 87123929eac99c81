// Ten subtasks of one task, with real sandboxes, git and database: whose time it is, and what several agents at once are worth.
import { timeSpent } from '../src/core/evidence/time-spent.ts'
import type { TaskEvent } from '../src/core/vocabulary/event.ts'
import { createScriptedLlm } from '../testkit/llm/server.ts'
import type { LlmRequest, ScriptedTurn } from '../testkit/llm/turn.ts'
import type { Benchmark, BenchmarkContext, Row } from './harness/benchmark.ts'
import { atMost } from './harness/benchmark.ts'
import { isOver, startPlatform } from './harness/platform.ts'
import type { Up, WireEvent } from './harness/platform.ts'
import { alternate } from './harness/rounds.ts'

const SUBTASKS = 10
const THINKING_MS = 300
const SHAPES = ['in a row', 'side by side'] as const
type Shape = (typeof SHAPES)[number]

/** In seconds. */
type Spent = {
  readonly all: number
  readonly platform: number
  readonly models: number
  readonly tools: number
}

export const benchmark: Benchmark = {
  name: 'foundry',
  run: async (context) => {
    const model = { delayMs: 0 }
    const llm = await createScriptedLlm({ respond: (request) => ({ ...answer(request), delayMs: model.delayMs }) })
    context.cleanUp(llm.close)
    const name = 'openai-compatible/scripted'
    const settings = {
      OPENAI_COMPATIBLE_BASE_URL: `${llm.url}/v1`,
      OPENAI_COMPATIBLE_API_KEY: 'sk-loopback',
      MODEL_SMALL: name,
      MODEL_MAIN: name,
      MODEL_REVIEW: name,
      PREVIEW_MINUTES: '0',
    }
    const three = await startPlatform(context, 'three', { ...settings, AGENTS_AT_ONCE: '3' })
    const one = await startPlatform(context, 'one', { ...settings, AGENTS_AT_ONCE: '1' })
    for (const up of [three, one]) await spent(context, up, 'in a row')

    const rounds = Math.min(3, context.rounds)
    const instant = await alternate(rounds, {
      'in a row': () => spent(context, three, 'in a row'),
      'side by side': () => spent(context, three, 'side by side'),
    })
    const rows: Row[] = SHAPES.flatMap((shape) => shares(shape, instant(shape)))

    model.delayMs = THINKING_MS
    const thinking = await alternate(rounds, {
      three: () => spent(context, three, 'side by side'),
      one: () => spent(context, one, 'side by side'),
    })
    return [
      ...rows,
      {
        name: `${SUBTASKS} subtasks, a model that takes ${THINKING_MS} ms a turn, 3 agents at once`,
        unit: 's',
        ours: thinking('three').map(({ all }) => all),
        baseline: { name: 'one at a time', values: thinking('one').map(({ all }) => all) },
        goal: atMost(0.6),
      },
    ]
  },
}

/** Of each round, whom everybody was waiting for. */
function shares(shape: Shape, rounds: readonly Spent[]): readonly Row[] {
  const baseline = { name: 'the whole run', values: rounds.map(({ all }) => all) }
  const row = (part: 'platform' | 'models' | 'tools', whose: string): Row => ({
    name: `${SUBTASKS} subtasks ${shape}, a model that answers at once: ${whose}`,
    unit: 's',
    ours: rounds.map((round) => round[part]),
    baseline,
    goal: null,
  })
  return [row('platform', 'the platform'), row('models', 'turns of models'), row('tools', 'tools and checks')]
}

async function spent(context: BenchmarkContext, up: Up, shape: Shape): Promise<Spent> {
  const task = await up.post('/v1/tasks', {
    input_text: `Write ${SUBTASKS} parts ${shape}.`,
    task_type: 'dev_pipeline',
  })
  const log: WireEvent[] = []
  await up.follow(task.id, (event) => {
    log.push(event)
    return isOver(event)
  })
  const { status, error } = await up.get(`/v1/tasks/${task.id}`)
  if (status !== 'completed') throw new Error(`${SUBTASKS} subtasks ${shape} ended ${status}: ${error}`)
  const events = log.map((event) => ({ ...event, at: new Date(event.at) }) as TaskEvent)
  const { all, platform, models, tools, waiting } = timeSpent(events)
  context.say(`${shape}: ${all} ms, the platform ${platform}, models ${models}, tools ${tools}, waiting ${waiting}`)
  return {
    all: all / 1_000,
    platform: platform / 1_000,
    models: models / 1_000,
    tools: tools / 1_000,
  }
}

/** Each agent writes a part, runs it, and is done: three turns. */
function answer({ text, tools }: LlmRequest): ReturnType<typeof turn> {
  if (!tools.includes('write')) {
    if (text.includes('You are the reviewer')) return { object: { approved: true, summary: 'Fine.', findings: [] } }
    // Behind what was asked for before.
    const request = text.slice(text.lastIndexOf('<request'))
    return { object: planOf(request.includes('parts in a row') ? 'in a row' : 'side by side') }
  }
  const part = /<subtask>\nPart (\d+)/.exec(text)?.[1] ?? '1'
  if (text.includes(`part ${part} adds up`)) return turn('finish', { summary: `Part ${part} is there.`, evidence: [] })
  if (text.includes(`Wrote part-${part}.mjs`)) return turn('shell', { command: `node part-${part}.mjs` })
  return turn('write', { path: `part-${part}.mjs`, content: `console.log('part', ${part}, 'adds', 'up')\n` })
}

function turn(name: string, input: Readonly<Record<string, string | readonly string[]>>): ScriptedTurn {
  return { toolCalls: [{ name, input }] }
}

function planOf(shape: Shape) {
  const subtasks = Array.from({ length: SUBTASKS }, (_, index) => ({
    id: `p${index}`,
    title: `Part ${index}`,
    role: 'coder',
    instructions: 'Write it, and run it.',
    acceptance: [],
    depends_on: shape === 'in a row' && index > 0 ? [`p${index - 1}`] : [],
  }))
  return { summary: 'Ten parts.', kind: 'build', template: null, subtasks }
}
