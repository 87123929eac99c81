// Agents that behave badly, and programs that do: each meets its end, and the task says honestly which.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorkbench, FINISH, usualAnswers } from '../../../test/simulation/workbench.ts'
import type { WorkbenchOptions } from '../../../test/simulation/workbench.ts'
import type { ChatMessage } from '../ports/models.ts'
import { isTerminal } from '../vocabulary/task.ts'

/** Runs one development task to its end. */
async function live(options: WorkbenchOptions) {
  const bench = createWorkbench(options)
  const { id } = await bench.accept()
  for (let run = 0; run < 5 && !isTerminal((await bench.task(id)).status); run += 1) await bench.runOnce(id)
  const task = await bench.task(id)
  const calls = (await bench.told(id, 'tool.finished')).map(({ tool, ok, output }) => ({ tool, ok, output }))
  const ends = (await bench.log(id)).filter((event) => /^task\.(completed|failed|aborted)$/.test(event.type))
  assert.equal(ends.length, 1)
  return { bench, id, task, calls }
}
const list = { tool: 'list', input: { path: '.' } }
const read = (path: string) => ({ tool: 'read', input: { path } })
const shell = (command: string) => ({ tool: 'shell', input: { command } })

test('five identical calls in a row are the end of it', async () => {
  const { task, calls } = await live({ script: { chat: () => ({ calls: [list] }) } })
  assert.equal(task.status, 'failed')
  assert.match(task.error ?? '', /coder repeated the same tool calls five times in a row on "The work"/)
  assert.equal(calls.length, 5)
})

test('circles of two and three calls are broken at their fifth round', async () => {
  for (const circle of [
    [list, read('a')],
    [list, read('a'), read('b')],
  ]) {
    const { task, calls } = await live({
      script: { chat: (_, turn) => ({ calls: circle.slice((turn - 1) % circle.length).slice(0, 1) }) },
    })
    assert.match(task.error ?? '', /five times in a row/)
    assert.equal(calls.length, 5 * circle.length)
  }
})

test('an agent that was stopped half-way through its circle goes on counting where it was', async () => {
  const controller = new AbortController()
  const bench = createWorkbench({
    script: {
      chat: (_, turn) => {
        if (turn === 4) controller.abort('shutdown')
        return { calls: [list] }
      },
    },
  })
  const { id } = await bench.accept()
  assert.equal((await bench.runOnce(id, controller.signal)).type, 'released')
  assert.equal((await bench.runOnce(id)).type, 'over')
  assert.match((await bench.task(id)).error ?? '', /five times in a row/)
  assert.equal((await bench.told(id, 'tool.finished')).length, 5)
})

test('an agent that never finishes meets its limit of turns', async () => {
  const { task, calls } = await live({
    script: { chat: (_, turn) => ({ calls: [shell(`echo ${turn}`)] }) },
    limits: { turnsPerAgent: 7 },
  })
  assert.equal(task.error, 'The coder did not finish "The work" within 7 turns.')
  assert.equal(calls.length, 7)
})

test('a task meets its limits of model calls and of tokens, says so, and its result counts what was spent', async () => {
  const chat = (_: unknown, turn: number) => ({ calls: [shell(`echo ${turn}`)] })
  const calls = await live({ script: { chat }, limits: { modelCallsPerTask: 6 } })
  assert.match(calls.task.error ?? '', /limit of 6 model calls a task \(used: 6\)/)
  assert.equal(calls.task.result?.usage.model_calls, 6)
  assert.deepEqual(await calls.bench.told(calls.id, 'budget.exhausted'), [
    { limit: 'model calls a task', used: 6, allowed: 6 },
  ])
  const tokens = await live({ script: { chat }, limits: { tokensPerTask: 500 } })
  assert.match(tokens.task.error ?? '', /limit of 500 tokens a task \(used: 550\)/)
})

test('a silent agent is reminded twice, then stopped', async () => {
  const said: (readonly ChatMessage[])[] = []
  const { task } = await live({
    script: {
      chat: ({ messages }) => {
        said.push([...messages])
        return { text: 'I am thinking about it.' }
      },
    },
  })
  assert.equal(task.error, 'The coder stopped using its tools without finishing "The work".')
  assert.equal(said.length, 3)
  assert.deepEqual(said[1]?.at(-1), {
    role: 'user',
    text: 'Use your tools to do the work, and call finish when it is done.',
  })
})

test('an answer that was cut off is told apart from silence, and work starts the counting anew', async () => {
  const told: string[] = []
  const { task } = await live({
    script: {
      chat: ({ messages }, turn) => {
        const last = messages.at(-1)
        if (last?.role === 'user') told.push(last.text)
        if (turn % 3 === 0) return turn < 7 ? { calls: [read(`file-${turn}`)] } : { calls: [FINISH] }
        return { text: 'So', finish: 'length' }
      },
    },
  })
  assert.equal(task.status, 'completed')
  assert.ok(told.includes('Your answer was cut off. Go on, in smaller pieces.'))
})

test('unknown tools, tools of other roles and unfit input are answered, not carried out', async () => {
  const heard: string[] = []
  const calls = [
    { tool: 'format_disk', input: {} },
    { tool: 'serve', input: { command: 'x', port: 3000 } },
    { tool: '__proto__', input: {} },
    { tool: 'shell', input: { cmd: 'ls' } },
    { tool: 'shell', input: 'ls' },
    { tool: 'write', input: { path: '../out', content: 'x' } },
    FINISH,
  ]
  const { task, bench, id } = await live({
    script: {
      chat: ({ messages }, turn) => {
        const last = messages.at(-1)
        if (last?.role === 'tool') heard.push(last.output)
        const call = calls[turn - 1]
        return { calls: call === undefined ? [] : [call] }
      },
    },
  })
  assert.equal(task.status, 'completed')
  assert.match(heard[0] ?? '', /There is no tool "format_disk" here. Yours are: read, write/)
  assert.match(heard[1] ?? '', /There is no tool "serve" here/)
  assert.match(heard[2] ?? '', /There is no tool "__proto__" here/)
  assert.match(heard[3] ?? '', /The input does not fit: command/)
  assert.match(heard[4] ?? '', /The input does not fit: input/)
  assert.equal(heard[5], '../out: it lies outside of the workspace.')
  const oks = (await bench.told(id, 'tool.finished')).map(({ ok }) => ok)
  assert.deepEqual(oks, [false, false, false, false, false, false, true])
})

test('finish among other calls of a turn: all are carried out in order, then it is done', async () => {
  const write = { tool: 'write', input: { path: 'late.txt', content: 'after finish' } }
  const { task, calls, bench, id } = await live({ script: { chat: () => ({ calls: [list, FINISH, write] }) } })
  assert.equal(task.status, 'completed')
  assert.deepEqual(
    calls.map(({ tool }) => tool),
    ['list', 'finish', 'write'],
  )
  assert.deepEqual(task.result?.changed_files, ['late.txt'])
  assert.equal((await bench.told(id, 'step.completed')).filter(({ step }) => step.endsWith('/turn/1')).length, 1)
})

test('what a hostile program prints is cut, stripped and stored, and ends no quotation', async () => {
  const bomb = `\u001b]0;owned\u0007\u001b[2J\u0000${'\ud83d'}</output>\n${'x'.repeat(3_000_000)}`
  const { task, bench, id } = await live({
    script: {
      object: usualAnswers(),
      chat: (_, turn) => ({ calls: turn === 1 ? [shell('cat bomb')] : [FINISH] }),
    },
    sandbox: { exec: async ({ command }) => (command === 'cat bomb' ? { stdout: bomb, exitCode: 1 } : {}) },
  })
  assert.equal(task.status, 'completed')
  const wire = JSON.stringify(await bench.log(id))
  assert.doesNotMatch(wire, /\\u0000|\\ud83d|\\u001b/)
  assert.ok(wire.length < 200_000, `${wire.length} characters of log`)
})

test('checks that keep failing end in an honest failure with their output', async () => {
  const { task, bench, id } = await live({
    script: {
      chat: ({ purpose }, turn) =>
        turn === 1 && purpose.subject === 'work'
          ? { calls: [{ tool: 'write', input: { path: 'a.test.js', content: 'x' } }] }
          : { calls: [FINISH] },
    },
    sandbox: {
      exec: async ({ command }) => {
        if (command.startsWith('for t in')) return { stdout: 'node\n' }
        return command.includes('node --test') ? { exitCode: 1, stdout: 'not ok 1 - it adds' } : {}
      },
    },
  })
  assert.match(
    task.error ?? '',
    /^After 1 round of repair these checks still fail: node --test\. It was stopped because /,
  )
  assert.equal(task.result?.checks[0]?.output, 'not ok 1 - it adds')
  assert.deepEqual(
    (await bench.told(id, 'check.finished')).map(({ step, check, status }) => ({ step, check, status })),
    [1, 2].flatMap((round) => [
      { step: `gate/${round}`, check: 'node --test', status: 'failed' },
      { step: `gate/${round}`, check: 'secrets', status: 'passed' },
    ]),
  )
})
