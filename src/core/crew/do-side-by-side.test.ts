// Subtasks that do not wait for each other are done at once, each in files of its own, and come together in the order of the plan.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorkbench, FINISH } from '../../../test/simulation/workbench.ts'
import type { WorkbenchOptions } from '../../../test/simulation/workbench.ts'
import type { Said } from '../../adapters/memory/models.ts'
import type { ChatRequest } from '../ports/models.ts'
import { applyCommand } from '../task/apply-command.ts'
import type { TaskId, UserId } from '../vocabulary/ids.ts'
import type { JsonValue } from '../vocabulary/json.ts'
import type { Subtask } from '../vocabulary/plan.ts'
import { createAgentSlots } from './agent-slots.ts'

function subtask(id: string, depends_on: readonly string[] = [], role = 'coder'): Subtask {
  return { id, title: `Title of ${id}`, role, instructions: 'Do it.', acceptance: [], depends_on }
}

const write = (path: string, content: string) => ({ tool: 'write', input: { path, content } })
const saying = (summary: string) => ({ tool: 'finish', input: { summary, evidence: [] } })

type Agents = Readonly<
  Record<string, (request: ChatRequest, number: number, signal: AbortSignal) => Said | Promise<Said>>
>

/** A worker whose agents are told what to do by the subject of their work. */
function benchWith(subtasks: readonly Subtask[], agents: Agents, options: WorkbenchOptions = {}) {
  return createWorkbench({
    ...options,
    script: {
      object: ({ schemaName }): JsonValue =>
        schemaName === 'plan'
          ? { summary: 'A plan.', kind: 'build', template: null, subtasks: subtasks.map((one) => ({ ...one })) }
          : { approved: true, summary: 'Fine.', findings: [] },
      chat: (request, number, signal) =>
        agents[request.purpose.subject]?.(request, number, signal) ?? { calls: [FINISH] },
    },
  })
}

type Bench = ReturnType<typeof benchWith>

function filesOf(bench: Bench, id: TaskId): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...(bench.files.get(id) ?? [])].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]),
  )
}

/** Resolves for everybody once `count` have come. */
function meeting(count: number) {
  const all = Promise.withResolvers<void>()
  let come = 0
  return () => {
    come += 1
    if (come === count) all.resolve()
    return all.promise
  }
}

test('three work at once, each in files of its own, and the last begins with what all of them made', async () => {
  const meet = meeting(3)
  const seen: string[] = []
  const agent =
    (id: string) =>
    async (_: ChatRequest, number: number): Promise<Said> => {
      if (number > 1) return { calls: [saying(`${id} is there`)] }
      await meet()
      return { calls: [write(`${id}.txt`, id), { tool: 'list', input: { path: '.' } }] }
    }
  const last = (request: ChatRequest): Said => {
    seen.push(request.messages[0]?.role === 'user' ? request.messages[0].text : '')
    return { calls: [FINISH] }
  }
  const ids = ['a', 'b', 'c']
  const bench = benchWith([...ids.map((id) => subtask(id)), subtask('last', ids)], {
    ...Object.fromEntries(ids.map((id) => [id, agent(id)])),
    last,
  })
  const task = await bench.accept()
  await bench.runOnce(task.id)
  assert.equal((await bench.task(task.id)).status, 'completed')
  assert.deepEqual(filesOf(bench, task.id), { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' })
  const listed = (await bench.told(task.id, 'tool.finished')).filter(({ tool }) => tool === 'list')
  assert.equal(listed.length, 3)
  for (const { output } of listed) assert.equal(output.match(/\.txt/g)?.length, 1, output)
  assert.match(seen[0] ?? '', /<done>\n- Title of a \(coder\): a is there\n- Title of b .*\n- Title of c .*\n<\/done>/)
  assert.match(seen[0] ?? '', /a\.txt\nb\.txt\nc\.txt/)
  const merged = await bench.told(task.id, 'branch.merged')
  assert.deepEqual(
    merged.map(({ branch, conflicts }) => [branch, conflicts]),
    [
      ['a', []],
      ['b', []],
      ['c', []],
    ],
  )
  const steps = await bench.told(task.id, 'step.completed')
  assert.equal(steps.find(({ step }) => step === 'subtask/b')?.branch, 'b')
  assert.equal(steps.find(({ step }) => step === 'subtask/last')?.branch, undefined)
  assert.equal((await bench.task(task.id)).result?.commit, merged.at(-1)?.commit)
})

test('no more agents are at work than there are places, over all tasks of a worker', async () => {
  let [atWork, most] = [0, 0]
  const agent = async (): Promise<Said> => {
    most = Math.max(most, (atWork += 1))
    for (let tick = 0; tick < 20; tick += 1) await Promise.resolve()
    atWork -= 1
    return { calls: [FINISH] }
  }
  const ids = ['a', 'b', 'c', 'd']
  const bench = benchWith(
    ids.map((id) => subtask(id)),
    Object.fromEntries(ids.map((id) => [id, agent])),
    { tamper: () => ({ agents: createAgentSlots(2) }) },
  )
  const tasks = [await bench.accept(), await bench.accept()]
  await Promise.all(tasks.map(({ id }) => bench.runOnce(id)))
  for (const { id } of tasks) assert.equal((await bench.task(id)).status, 'completed')
  assert.equal(most, 2)
})

test('a conflict goes to a coder with both sides, and comes back until nothing of it is left', async () => {
  const briefs: string[] = []
  const bench = benchWith([subtask('a'), subtask('b')], {
    a: (_, number) => ({ calls: number === 1 ? [write('x.txt', 'of a')] : [saying('a did x')] }),
    b: (_, number) => ({ calls: number === 1 ? [write('x.txt', 'of b')] : [saying('b did x')] }),
    merge: (request, number) => {
      const [first] = request.messages
      if (number === 1 && first?.role === 'user') briefs.push(first.text)
      if (number > 1) return { calls: [FINISH] }
      // The first attempt leaves it as it is, the second moves it elsewhere, the third decides.
      if (briefs.length === 1) return { calls: [{ tool: 'read', input: { path: 'x.txt' } }] }
      if (briefs.length === 2)
        return {
          calls: [write('x.txt', 'decided'), write('y.txt', '<<<<<<< ours\nof a\n=======\nof b\n>>>>>>> theirs\n')],
        }
      return { calls: [write('y.txt', 'decided too')] }
    },
  })
  const task = await bench.accept()
  await bench.runOnce(task.id)
  assert.equal((await bench.task(task.id)).status, 'completed', (await bench.task(task.id)).error ?? '')
  assert.deepEqual(filesOf(bench, task.id), { 'x.txt': 'decided', 'y.txt': 'decided too' })
  assert.equal(briefs.length, 3)
  assert.match(
    briefs[0] ?? '',
    /<side of="ours" file="x.txt">\nof a\n<\/side>\n\n<side of="theirs" file="x.txt">\nof b\n/,
  )
  assert.match(briefs[0] ?? '', /ours:\n- Title of a: a did x\ntheirs:\n- Title of b: b did x/)
  assert.match(briefs[2] ?? '', /still in these files: y\.txt/)
  const merged = (await bench.told(task.id, 'branch.merged')).map(({ branch, conflicts }) => [branch, conflicts])
  assert.deepEqual(merged, [
    ['a', []],
    ['b', ['x.txt']],
    ['b', []],
  ])
})

test('what is not decided in three rounds fails the task, with the file', async () => {
  const bench = benchWith([subtask('a'), subtask('b')], {
    a: (_, number) => ({ calls: number === 1 ? [write('x.txt', 'of a')] : [FINISH] }),
    b: (_, number) => ({ calls: number === 1 ? [write('x.txt', 'of b')] : [FINISH] }),
  })
  const task = await bench.accept()
  await bench.runOnce(task.id)
  const { status, error } = await bench.task(task.id)
  assert.deepEqual(
    [status, error],
    ['failed', 'Two parts of the work changed the same, and it was not decided in 3 rounds what holds: x.txt.'],
  )
})

test('one that fails stops the others at once, whatever they do just now', async () => {
  const begun = meeting(2)
  let stopped = false
  const bench = benchWith([subtask('a'), subtask('b')], {
    a: async (_, __, signal) => {
      await begun()
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          stopped = true
          reject(signal.reason)
        })
      })
    },
    b: async () => {
      await begun()
      return { text: 'I would rather talk.' }
    },
  })
  const task = await bench.accept()
  await bench.runOnce(task.id)
  const { status, error } = await bench.task(task.id)
  assert.equal(status, 'failed')
  assert.match(error ?? '', /stopped using its tools/)
  assert.ok(stopped)
  assert.deepEqual(await bench.deps.sandboxes.kill('all'), [])
})

test('one that has to ask lets the others keep what they recorded; after the answer all go on', async () => {
  const turns: string[] = []
  const bench = benchWith([subtask('a'), subtask('b')], {
    a: async (_, number, signal) => {
      turns.push(`a${number}`)
      if (number === 1) return { calls: [write('a.txt', 'a')] }
      if (number === 2 && turns.filter((turn) => turn === 'a2').length === 1)
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      return { calls: [FINISH] }
    },
    b: async (_, number) => {
      turns.push(`b${number}`)
      while (!turns.includes('a2')) await new Promise((resolve) => setImmediate(resolve))
      return { calls: number === 1 ? [{ tool: 'shell', input: { command: 'git push origin main' } }] : [FINISH] }
    },
  })
  const task = await bench.accept()
  assert.equal((await bench.runOnce(task.id)).type, 'waiting')
  const { approval } = await bench.task(task.id)
  assert.equal(approval?.subject, 'git push origin main')
  assert.deepEqual(await bench.deps.sandboxes.kill('all'), [])
  await applyCommand(bench.base, task.id, { type: 'approve', approvalId: null, by: 'owner' as UserId, comment: null })
  await bench.runOnce(task.id)
  assert.equal((await bench.task(task.id)).status, 'completed')
  assert.deepEqual(filesOf(bench, task.id), { 'a.txt': 'a' })
  assert.equal(turns.filter((turn) => turn === 'a1').length, 1)
})

test('beside whoever serves nobody works: such a plan is one line, and has no branches', async () => {
  const bench = benchWith([subtask('a', [], 'executor'), subtask('b')], {
    a: (_, number) => ({ calls: number === 1 ? [write('a.txt', 'a')] : [FINISH] }),
  })
  const task = await bench.accept()
  await bench.runOnce(task.id)
  const keys = (await bench.told(task.id, 'step.completed')).map(({ step }) => step)
  assert.ok(!keys.includes('schedule') && !keys.some((key) => key.startsWith('branch/')))
})

test('what was approved and begun when another asked is not done a second time', async () => {
  const push = { calls: [{ tool: 'shell', input: { command: 'git push origin main' } }] }
  const pull = { calls: [{ tool: 'shell', input: { command: 'git push origin next' } }] }
  const told: string[] = []
  const ran: string[] = []
  let runs = 0
  const bench = benchWith(
    [subtask('a'), subtask('b')],
    {
      a: (request, number) => {
        const last = request.messages.at(-1)
        if (last?.role === 'tool') told.push(last.output)
        return number === 1 ? push : { calls: [FINISH] }
      },
      b: async (_, number) => {
        // Not before a is in the middle of it.
        while (runs === 2 && ran.length === 0) await new Promise((resolve) => setImmediate(resolve))
        if (runs === 1) return { calls: [write('b.txt', 'b')] }
        return number < 4 && !told.length ? pull : { calls: [FINISH] }
      },
    },
    {
      sandbox: {
        exec: async ({ command }) => {
          if (!command.startsWith('git push')) return {}
          ran.push(command)
          return command.endsWith('main') ? new Promise(() => undefined) : {}
        },
      },
    },
  )
  const task = await bench.accept()
  const approve = { type: 'approve', approvalId: null, by: 'owner' as UserId, comment: null } as const
  for (runs = 1; runs <= 6; runs += 1) {
    if ((await bench.runOnce(task.id)).type !== 'waiting') break
    await applyCommand(bench.base, task.id, approve)
  }
  assert.equal((await bench.task(task.id)).status, 'completed')
  assert.equal(ran.filter((command) => command.endsWith('main')).length, 1)
  assert.match(told[0] ?? '', /its outcome was lost/)
})

test('a task that is stopped stops all who work on it, and leaves no sandbox open', async () => {
  const inside = meeting(3)
  const controller = new AbortController()
  const bench = benchWith(
    ['a', 'b', 'c'].map((id) => subtask(id)),
    Object.fromEntries(
      ['a', 'b', 'c'].map((id) => [id, () => ({ calls: [{ tool: 'shell', input: { command: 'sleep 999' } }] })]),
    ),
    {
      sandbox: {
        exec: async () => {
          await inside()
          controller.abort('shutdown')
          return new Promise(() => undefined)
        },
      },
    },
  )
  const task = await bench.accept()
  assert.equal((await bench.runOnce(task.id, controller.signal)).type, 'released')
  assert.deepEqual(await bench.deps.sandboxes.kill('all'), [])
  const failed = await bench.told(task.id, 'step.failed')
  assert.deepEqual(failed, [])
})

test('a fork from the middle has what was merged, and does the rest anew', async () => {
  const bench = benchWith([subtask('a'), subtask('b'), subtask('c', ['b'])], {
    a: (_, number) => ({ calls: number === 1 ? [write('a.txt', 'a')] : [FINISH] }),
    b: (_, number) => ({ calls: number === 1 ? [write('b.txt', 'b')] : [FINISH] }),
    c: (_, number) => ({ calls: number === 1 ? [write('c.txt', 'c')] : [FINISH] }),
  })
  const task = await bench.accept()
  await bench.runOnce(task.id)
  const log = await bench.log(task.id)
  for (const moment of log.filter(({ type }) => type === 'step.completed' || type === 'branch.merged')) {
    const forked = await bench.fork(task.id, moment.seq)
    await bench.runOnce(forked.id)
    const { status, error } = await bench.task(forked.id)
    assert.equal(status, 'completed', `forked at ${moment.seq} (${moment.type}): ${error}`)
    assert.deepEqual(filesOf(bench, forked.id), { 'a.txt': 'a', 'b.txt': 'b', 'c.txt': 'c' })
  }
})

test('where the machine can not merge, the work is done one after the other, and the log says why', async () => {
  const problem = 'This git is too old.'
  const bench = benchWith(
    ['a', 'b'].map((id) => subtask(id)),
    Object.fromEntries(
      ['a', 'b'].map((id) => [
        id,
        (_: ChatRequest, number: number) => ({ calls: number === 1 ? [write(`${id}.txt`, id)] : [FINISH] }),
      ]),
    ),
    { tamper: ({ worktrees }) => ({ worktrees: { ...worktrees, problem: async () => problem } }) },
  )
  const task = await bench.accept()
  await bench.runOnce(task.id)
  assert.equal((await bench.task(task.id)).status, 'completed')
  assert.deepEqual(filesOf(bench, task.id), { 'a.txt': 'a', 'b.txt': 'b' })
  assert.deepEqual(await bench.told(task.id, 'branch.merged'), [])
  assert.equal((await bench.told(task.id, 'step.progress')).find(({ step }) => step === 'schedule')?.message, problem)
})

test('a project that grows beyond its limit by a merge fails, and says by how much', async () => {
  const bench = benchWith(
    ['a', 'b'].map((id) => subtask(id)),
    {},
    {
      tamper: ({ worktrees }) => ({
        worktrees: {
          ...worktrees,
          merge: async () => ({ type: 'too_large', bytes: 1_200_000_000, limit: 1_000_000_000 }),
        },
      }),
    },
  )
  const task = await bench.accept()
  await bench.runOnce(task.id)
  const { status, error } = await bench.task(task.id)
  assert.deepEqual([status, error], ['failed', 'The project would hold 1200 MB, and at most 1000 MB are allowed.'])
})
