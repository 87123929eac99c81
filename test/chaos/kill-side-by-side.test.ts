// Worker processes killed with SIGKILL while several agents work on one task: in a branch, between its end and its merge, in a merge, in
// the decision of a conflict, and while the evidence is put together. The task ends right, every line of work is in its files once, and no process is left.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import type { LlmRequest, ScriptedTurn } from '../../testkit/llm/turn.ts'
import type { TaskEvent } from '../../src/core/vocabulary/event.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { brokenIn, openArena, processesIn } from './arena.ts'
import type { Arena } from './arena.ts'

const SKIP = process.platform === 'linux' ? false : 'the embedded sandbox needs Linux'
const LINES = 4
const PARTS = ['a', 'b', 'c']

/** The moments at which the worker that holds the task dies, each once, in this order. */
const DEATHS: readonly RegExp[] = [
  /^step\.started branch\/b$/,
  /^tool\.started subtask\/a\//,
  /^step\.completed subtask\/[bc]$/,
  /^step\.started merge\/b$/,
  /^tool\.started merge\/[bc]\/decide\//,
  /^step\.completed merge\/c$/,
  /^step\.started evidence$/,
]

const EVIDENCE = ['checks.sarif', 'checks.junit.xml', 'project.zip', 'report.html', 'report.md']

function respond(mark: string): (request: LlmRequest) => ScriptedTurn {
  const call = (name: string, input: Readonly<Record<string, string | readonly string[]>>): ScriptedTurn => ({
    toolCalls: [{ name, input }],
  })
  const finish = call('finish', { summary: 'It is done.', evidence: [] })
  return ({ text, tools }) => {
    if (!tools.includes('shell')) {
      if (text.includes('You are the reviewer')) return { object: { approved: true, summary: 'Fine.', findings: [] } }
      return { object: plan() }
    }
    if (text.includes('<side of=')) {
      if (text.includes('all decided')) return finish
      return call('shell', {
        command: `: ${mark}; sleep 0.3; sort -u shared.txt | grep '^of' > s; mv s shared.txt; echo all decided`,
      })
    }
    const part = /<subtask>\nPart (\w)/.exec(text)?.[1]
    if (part === undefined) return finish
    if (text.includes(`of ${part} done`)) return finish
    const count = `i=1; while [ $i -le ${LINES} ]; do echo $i >> ${part}.txt; sleep 0.1; i=$((i+1)); done`
    return call('shell', { command: `: ${mark}; ${count}; echo of ${part} > shared.txt; echo "of ${part}" done` })
  }
}

function plan() {
  const subtasks = PARTS.map((id) => ({
    id,
    title: `Part ${id}`,
    role: 'coder',
    instructions: 'Do it.',
    acceptance: [],
    depends_on: [],
  }))
  return { summary: 'Three parts.', kind: 'build', template: null, subtasks }
}

test('killed at every turn of a parallel run', { skip: SKIP, timeout: 180_000 }, async (t) => {
  const mark = `side-by-side-${process.pid}`
  const llm = await createScriptedLlm({ respond: respond(mark) })
  const model = 'openai-compatible/scripted'
  const arena = await openArena({
    WORKER_LEASE_SECONDS: '1',
    OPENAI_COMPATIBLE_BASE_URL: `${llm.url}/v1`,
    OPENAI_COMPATIBLE_API_KEY: 'sk-loopback',
    MODEL_SMALL: model,
    MODEL_MAIN: model,
    MODEL_REVIEW: model,
  })
  let left: readonly string[] = []
  try {
    const report = await arena.platform.sandboxes.probe()
    if (report.level === 'L0') return t.skip(report.findings.map((finding) => finding.detail).join(' '))
    const problem = await arena.platform.worktrees.problem()
    if (problem !== null) return t.skip(problem)
    const { id } = await arena.ask('Write three parts.', 'dev_pipeline')
    const died = await killAtEach(arena, id)
    const [task] = await arena.allOver([id], 60_000)
    assert.ok(task !== undefined)
    const log = await arena.log(id)
    t.diagnostic(`died: ${died.join(', ')}; ${log.length} events`)
    assert.equal(task.status, 'completed', `${task.error}\n${log.map(lineOf).slice(-40).join('\n')}`)
    assert.deepEqual(brokenIn(task, log), [])
    assert.ok(died.length >= DEATHS.length - 1, `it died only at ${died.join(', ')}`)
    const files = (await arena.platform.artifacts.ofTask(id)).map(({ name }) => name)
    assert.deepEqual(
      EVIDENCE.map((name) => files.filter((file) => file === name).length),
      EVIDENCE.map(() => 1),
      `each file of the evidence once: ${files.join(', ')}`,
    )
    assert.ok(died.includes('step.started evidence'), `it died only at ${died.join(', ')}`)
    const folder = join(arena.folder, 'export')
    await mkdir(folder)
    await arena.platform.workspaces.exportTo(id, folder)
    const counted = Array.from({ length: LINES }, (_, index) => `${index + 1}\n`).join('')
    for (const part of PARTS) assert.equal(await readFile(join(folder, `${part}.txt`), 'utf8'), counted)
    assert.equal(await readFile(join(folder, 'shared.txt'), 'utf8'), 'of a\nof b\nof c\n')
    assert.deepEqual(processesIn(mark), [], 'no command is left running')
  } finally {
    left = await arena.leave()
    await llm.close()
  }
  assert.deepEqual(left, [])
})

/** Returns the moments at which a worker died; resolves when the task is over. */
async function killAtEach(arena: Arena, id: TaskId): Promise<readonly string[]> {
  const waiting = [...DEATHS]
  const died: string[] = []
  let worker = arena.hire()
  for (let seen = 0; ; await sleep(2)) {
    const events = await arena.platform.store.events(id, seen, 500)
    for (const event of events) {
      seen = event.seq
      if (/^task\.(completed|failed|aborted)$/.test(event.type)) return died
      const line = lineOf(event)
      const at = waiting.findIndex((moment) => moment.test(line))
      if (at === -1) continue
      died.push(line)
      waiting.splice(at, 1)
      const gone = once(worker, 'close')
      worker.kill('SIGKILL')
      worker = arena.hire()
      await gone
      // As its own machine does, which knows sooner than the lease: the next one takes over as soon as it is there.
      for (const dead of (await arena.platform.queue.state()).workers) await arena.platform.queue.bury(dead)
    }
  }
}

function lineOf(event: TaskEvent): string {
  return `${event.type} ${'step' in event.data ? event.data.step : ''}`
}
