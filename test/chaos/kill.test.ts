// Worker processes killed with SIGKILL, or stopped for longer than their lease, at random moments over a run of tasks:
// every accepted task ends exactly once, nothing is done twice, and no process is left. `CHAOS_KILLS=200` for a long run,
// `CHAOS_SEED` for the same choices again (the machine's timing remains its own).
import assert from 'node:assert/strict'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { applyCommand } from '../../src/core/task/apply-command.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import { OWNER } from '../../src/core/vocabulary/principal.ts'
import { createRandom } from '../simulation/random.ts'
import { brokenIn, openArena, processesIn } from './arena.ts'
import type { Arena } from './arena.ts'

const KILLS = Number(process.env['CHAOS_KILLS'] ?? 10)
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 1_000_000)
const SKIP = process.platform === 'linux' ? false : 'the embedded sandbox needs Linux'
const LINES = 8

/** Adds a line every now and then: a repetition that starts from half of an earlier one shows as too many lines. */
const counting = (mark: string) =>
  `: ${mark}; i=1; while [ $i -le ${LINES} ]; do echo $i >> lines; sleep 0.1; i=$((i+1)); done; cat lines`
const COUNTED = Array.from({ length: LINES }, (_, index) => `${index + 1}\n`).join('')

test(`${KILLS} kills`, { skip: SKIP, timeout: 60_000 + KILLS * 10_000 }, async (t) => {
  t.diagnostic(`seed ${SEED}`)
  const random = createRandom(SEED)
  const arena = await openArena()
  let left: readonly string[] = []
  try {
    const report = await arena.platform.sandboxes.probe()
    if (report.level === 'L0') return t.skip(report.findings.map((finding) => finding.detail).join(' '))
    const mark = `chaos-${process.pid}-${SEED}`
    const commands: TaskId[] = []
    const others: TaskId[] = []
    const more = async () => {
      const command = await arena.ask(counting(mark), 'shell_command')
      await approve(arena, command.id)
      commands.push(command.id)
      others.push((await arena.ask('create a hello world web app', 'dev_pipeline')).id)
      others.push((await arena.ask('What can you do?', null)).id)
    }
    arena.hire()
    arena.hire()
    for (let kill = 0; kill < KILLS; kill += 1) {
      if (kill % 4 === 0) await more()
      await sleep(random.between(50, 1_500))
      const victim = random.pick([...arena.workers] as [never, ...never[]]) as ReturnType<Arena['hire']>
      if (random.chance(0.75)) {
        victim.kill('SIGKILL')
        arena.hire()
      } else {
        victim.kill('SIGSTOP')
        // Longer than the lease, so that another worker takes over while this one believes that it holds the task.
        setTimeout(() => victim.kill('SIGCONT'), random.between(1_000, 4_000))
      }
    }
    await sleep(4_000)
    const tasks = await arena.allOver([...commands, ...others], 60_000 + KILLS * 2_000)
    for (const task of tasks) {
      const log = await arena.log(task.id)
      assert.deepEqual(brokenIn(task, log), [], task.id)
      assert.equal(task.status, 'completed', `${task.id}: ${task.error}`)
    }
    for (const id of commands) {
      const task = tasks.find((one) => one.id === id)
      assert.equal(task?.result?.output, COUNTED)
      const folder = join(arena.folder, `export-${id}`)
      await mkdir(folder)
      await arena.platform.workspaces.exportTo(id, folder)
      assert.equal(await readFile(join(folder, 'lines'), 'utf8'), COUNTED)
    }
    const counted = await arena.platform.queue.state()
    assert.deepEqual(counted.counts, { completed: tasks.length })
    assert.deepEqual(processesIn(mark), [], 'no command is left running')
  } finally {
    left = await arena.leave()
  }
  assert.deepEqual(left, [])
})

async function approve(arena: Arena, id: TaskId): Promise<void> {
  const command = { type: 'approve', approvalId: null, by: OWNER, comment: null } as const
  const answered = await applyCommand(arena.platform, id, command)
  assert.ok(!('type' in answered))
}
