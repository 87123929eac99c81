// Healing from its first look to its end, over memory: what limits it, who comes next, and what a worker's death in the middle changes: nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorkbench, FINISH } from '../../../test/simulation/workbench.ts'
import type { WorkbenchOptions } from '../../../test/simulation/workbench.ts'
import type { Clock } from '../ports/clock.ts'
import type { TaskId } from '../vocabulary/ids.ts'
import type { JsonValue } from '../vocabulary/json.ts'

const BROKEN = 'export const sum = (one, other) => one - other\n'
const RIGHT = 'export const sum = (one, other) => one + other\n'
const FILES = {
  'package.json': '{ "type": "module", "scripts": { "test": "node --test" } }\n',
  'sum.js': BROKEN,
  'sum.test.js': "import { test } from 'node:test'\nimport { sum } from './sum.js'\ntest('sums', () => {})\n",
}
const FAILS = 'test at sum.test.js:3:1\n✖ sums (1.8ms)\n  AssertionError: -1 !== 3\n      at sum.test.js:3:1\n'
const UNREADABLE = 'test at sum.test.js:1:1\n✖ sum.test.js (1.8ms)\n  SyntaxError: Unexpected token\n'

/** Its one test passes where the sum is right, and can't even be loaded where nothing can be read. */
const sandbox: NonNullable<WorkbenchOptions['sandbox']> = {
  exec: async ({ command }, files) => {
    if (!command.endsWith('node --run test')) return {}
    const text = new TextDecoder().decode(files.get('sum.js'))
    if (text === RIGHT) return {}
    return { exitCode: 1, stdout: text.startsWith(')') ? UNREADABLE : FAILS }
  },
}

function analysis(fixed: string): JsonValue {
  const place = { file: 'sum.js', line_number: 1, current_code: BROKEN.trim() }
  return {
    root_causes: ['the operator is wrong'],
    fix_suggestions: [{ ...place, fixed_code: fixed.trim(), explanation: 'it adds' }],
    confidence_score: 0.9,
    estimated_complexity: 'low',
  }
}

const write = (content: string) => ({ tool: 'write', input: { path: 'sum.js', content } })

function byPath([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : 1
}

function benchOf(options: WorkbenchOptions) {
  const bench = createWorkbench({ directories: { '/repository': FILES }, sandbox, ...options })
  const source = { type: 'directory', path: '/repository' } as const
  const ask = () => bench.ask({ taskType: 'dev_pipeline', text: 'Fix the failing test.', source })
  const textsOf = (id: TaskId) =>
    [...(bench.files.get(id) ?? [])]
      .map(([path, bytes]) => [path, new TextDecoder().decode(bytes)] as const)
      .toSorted(byPath)
  const roundsOf = async (id: TaskId) =>
    (await bench.told(id, 'heal.finished')).map(({ by, outcome, rolled_back: back }) => [by, outcome, back])
  return { bench, ask, textsOf, roundsOf }
}

async function live(options: WorkbenchOptions) {
  const { bench, ask, textsOf, roundsOf } = benchOf(options)
  const { id } = await ask()
  await bench.runOnce(id)
  const task = await bench.task(id)
  return { task, error: task.error ?? '', files: textsOf(id), rounds: await roundsOf(id), bench }
}

const AS_THEY_WERE = Object.entries(FILES).toSorted(byPath)

/** The same hands, and a clock on which a minute is over in ten milliseconds. */
function fast(clock: Clock): Clock {
  const began = clock.now().getTime()
  return {
    now: () => new Date(began + (clock.now().getTime() - began) * 6_000),
    sleep: (ms, signal) => clock.sleep(ms / 6_000, signal),
  }
}

test('the time for healing: a coder who is still at it is stopped, the files are put back, and the task says so', async () => {
  const { error, files, rounds } = await live({
    limits: { repairRounds: 9, healMs: 20 * 60_000 },
    tamper: ({ clock }) => ({ clock: fast(clock) }),
    script: {
      chat: async ({ purpose }, turn, signal) => {
        if (purpose.subject !== 'repair') return { calls: [FINISH] }
        if (turn === 1) return { calls: [write(')(')] }
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        throw signal.reason
      },
    },
  })
  assert.match(error, /still fail: npm test\. It was stopped because healing took its 20 minutes \(HEAL_MINUTES\)\./)
  assert.match(error, /\n1\. coder: The time for healing was over \(HEAL_MINUTES\)\. \(nothing came of it, put back\)/)
  assert.deepEqual(rounds, [['agent', 'unapplied', true]])
  assert.deepEqual(files, AS_THEY_WERE)
})

test('the tokens of healing: no analysis more than they pay for, and no turn of a coder', async () => {
  const wrong = await live({
    limits: { repairRounds: 9, healTokens: 50 },
    script: { analysis: () => analysis(`)( ${BROKEN}`) },
  })
  assert.match(wrong.error, /It was stopped because healing took its 50 tokens \(HEAL_TOKENS\)\./)
  assert.deepEqual(wrong.rounds, [['analysis', 'worse', true]])
  assert.deepEqual(wrong.files, AS_THEY_WERE)

  let turns = 0
  const agent = await live({
    limits: { repairRounds: 9, healTokens: 400 },
    script: {
      chat: ({ purpose }) => ({ calls: [purpose.subject === 'repair' ? write(`// ${(turns += 1)}\n`) : FINISH] }),
    },
  })
  assert.equal(agent.task.status, 'failed')
  assert.match(agent.error, /limit of 400 tokens of healing \(used: \d+\) \(HEAL_TOKENS\)/)
  assert.ok(turns >= 2 && turns <= 4, String(turns))
})

const STUCK = {
  'goes round in circles': { say: () => [write(')(')], limits: {}, told: /repeated the same tool calls/ },
  'runs out of turns': {
    say: (turn: number) => [write(`)( ${turn}`)],
    limits: { turnsPerAgent: 3 },
    told: /did not finish .* within 3 turns/,
  },
  'stops to use its tools': { say: () => [], limits: {}, told: /stopped using its tools/ },
} as const

for (const [name, { say, limits, told }] of Object.entries(STUCK)) {
  test(`a coder that ${name} has used up one round: its files are put back, and the next one heals`, async () => {
    const repairs: string[] = []
    const script: NonNullable<WorkbenchOptions['script']> = {
      chat: ({ purpose, messages }, turn) => {
        if (purpose.subject !== 'repair') return { calls: [FINISH] }
        if (turn === 1) repairs.push(JSON.stringify(messages))
        if (repairs.length === 1) return { calls: [...say(turn)], text: 'Hm.' }
        return { calls: turn === 1 ? [write(RIGHT)] : [FINISH] }
      },
    }
    const { task, files, rounds } = await live({ script, limits: { repairRounds: 3, ...limits } })
    assert.equal(task.status, 'completed', task.error ?? '')
    assert.deepEqual(rounds, [
      ['agent', 'unapplied', true],
      ['agent', 'healed', false],
    ])
    assert.match(repairs[1] ?? '', told)
    assert.deepEqual(files, Object.entries({ ...FILES, 'sum.js': RIGHT }).toSorted(byPath))
  })
}

test('coders that only go round in circles end in a failure that says what was tried, with the files as they were', async () => {
  const { task, error, files, rounds } = await live({
    limits: { repairRounds: 2 },
    script: { chat: ({ purpose }) => ({ calls: [purpose.subject === 'repair' ? write(')(') : FINISH] }) },
  })
  assert.equal(task.status, 'failed')
  assert.match(error, /^After 2 rounds of repair these checks still fail: npm test\. .*REPAIR_ROUNDS/)
  assert.match(error, /Tried:\n1\. coder: .* five times in a row[^\n]*\n2\. coder: /)
  assert.deepEqual(rounds, [
    ['agent', 'unapplied', true],
    ['agent', 'unapplied', true],
  ])
  assert.deepEqual(files, AS_THEY_WERE)
  assert.deepEqual(task.result?.checks.find(({ check }) => check === 'npm test')?.status, 'failed')
})

/** A worse fix, a right one; the worker dies instead of writing for the `dies`th time. */
async function killed(dies: number) {
  let asked = 0
  let writes = 0
  const { bench, ask, textsOf, roundsOf } = benchOf({
    limits: { repairRounds: 3 },
    script: {
      analysis: ({ prompt }) => {
        asked += 1
        return analysis(JSON.stringify(prompt).includes('Tried before') ? RIGHT : `)( ${BROKEN}`)
      },
    },
    tamper: ({ store }) => ({
      store: {
        ...store,
        commit: async (change) => {
          // As one that is dead it writes nothing any more.
          writes += 1
          if (dies > 0 && (writes === dies || (isDead && writes > dies))) throw new Error('the worker is dead')
          return store.commit(change)
        },
      },
    }),
  })
  let isDead = true
  const { id } = await ask()
  await bench.runOnce(id).catch(() => undefined)
  const first = { writes, steps: (await bench.told(id, 'step.completed')).map(({ step }) => step) }
  isDead = false
  if (dies > 0 && dies <= first.writes) {
    await bench.expireLeases()
    await bench.runOnce(id)
  }
  const task = await bench.task(id)
  return { task, asked, first, files: textsOf(id), rounds: await roundsOf(id), logged: bench.logged }
}

test('a worker that dies at any place of a heal: the next one ends with the same bytes and asks for one analysis more at most', async () => {
  const whole = await killed(0)
  assert.equal(whole.task.status, 'completed', whole.task.error ?? '')
  assert.equal(whole.asked, 2)
  assert.deepEqual(whole.rounds, [
    ['analysis', 'worse', true],
    ['analysis', 'healed', false],
  ])
  assert.ok(whole.first.writes > 20, String(whole.first.writes))
  const places = Array.from({ length: whole.first.writes }, (_, index) => index + 1)
  const ends = await Promise.all(places.map(async (dies) => ({ dies, end: await killed(dies) })))
  for (const { dies, end } of ends) {
    const after = `dead after ${end.first.steps.at(-1)} (${dies}): ${end.logged.slice(-3).join(' ')}`
    assert.equal(end.task.status, 'completed', `${after}: ${end.task.error}`)
    assert.deepEqual(end.files, whole.files, after)
    assert.deepEqual(end.rounds, whole.rounds, after)
    assert.ok(end.asked <= whole.asked + 1, `${after}: ${end.asked}`)
  }
  const cut = new Set(ends.map(({ end }) => end.first.steps.at(-1)))
  for (const key of [
    'heal/1/look',
    'heal/1/analysis',
    'heal/1/apply',
    'heal/1',
    'heal/2/analysis',
    'heal/2/apply',
    'heal/2',
  ])
    assert.ok(cut.has(key), `${key} of ${[...cut].join(' ')}`)
})
