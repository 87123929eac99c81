// A worker that is stopped in the middle of a long command for longer than its lease: another takes the task over, and
// what the first one's sandbox still does never reaches the files of the second.
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'node:test'
import { applyCommand } from '../../src/core/task/apply-command.ts'
import { OWNER } from '../../src/core/vocabulary/principal.ts'
import { brokenIn, openArena, processesIn } from './arena.ts'

const SKIP = process.platform === 'linux' ? false : 'the embedded sandbox needs Linux'
const LINES = 25
const COUNTED = Array.from({ length: LINES }, (_, index) => `${index + 1}\n`).join('')

test(
  'a stopped worker and its sandbox do not disturb the one that took over',
  { skip: SKIP, timeout: 120_000 },
  async (t) => {
    const arena = await openArena({ WORKER_LEASE_SECONDS: '1' })
    const mark = `stopped-${process.pid}`
    let left: readonly string[] = []
    try {
      const report = await arena.platform.sandboxes.probe()
      if (report.level === 'L0') return t.skip(report.findings.map((finding) => finding.detail).join(' '))
      const command = `: ${mark}; i=1; while [ $i -le ${LINES} ]; do echo $i >> lines; sleep 0.2; i=$((i+1)); done; cat lines`
      const { id } = await arena.ask(command, 'shell_command')
      await applyCommand(arena.platform, id, { type: 'approve', approvalId: null, by: OWNER, comment: null })
      const first = arena.hire()
      while (processesIn(mark).length === 0) await sleep(50)
      first.kill('SIGSTOP')
      arena.hire()
      const [task] = await arena.allOver([id], 60_000)
      first.kill('SIGCONT')
      assert.equal(task?.result?.output, COUNTED)
      // Time for the first one to wake up and to notice.
      await sleep(2_000)
      const log = await arena.log(id)
      assert.equal((await arena.platform.store.get(id))?.lastSeq, log.length)
      assert.deepEqual(brokenIn(task, log), [])
      const started = log.filter((event) => event.type === 'tool.started')
      assert.equal(started.length, 2, 'the second worker began the command anew')
      assert.deepEqual(processesIn(mark), [])
    } finally {
      left = await arena.leave()
    }
    assert.deepEqual(left, [])
  },
)
