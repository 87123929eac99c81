// Whole lives of many tasks on an installation where everything goes wrong: whatever happens, the promises hold; and the
// simulation is worth something, because it notices when the platform is broken on purpose.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulate } from './simulate.ts'
import type { Sabotage } from './sabotage.ts'

const INSTALLATIONS = 250
const replay = (seed: number) => `replay it with: node test/simulation/run.ts --seed ${seed}`

test(`${INSTALLATIONS} simulated installations keep every promise`, async (t) => {
  const statuses = new Map<string, number>()
  let [approved, refused, merged, conflicts] = [0, 0, 0, 0]
  for (let seed = 1; seed <= INSTALLATIONS; seed += 1) {
    const report = await simulate(seed)
    approved += report.approved
    refused += report.refused
    merged += report.merged
    conflicts += report.conflicts
    assert.deepEqual(report.broken, [], replay(seed))
    for (const [status, count] of Object.entries(report.statuses))
      statuses.set(status, (statuses.get(status) ?? 0) + count)
  }
  t.diagnostic(`lives: ${JSON.stringify(Object.fromEntries(statuses))}`)
  for (const status of ['completed', 'failed', 'aborted'])
    assert.ok((statuses.get(status) ?? 0) > INSTALLATIONS / 4, `too few lives end ${status} for this to say much`)
  assert.ok(approved > INSTALLATIONS / 4 && refused > INSTALLATIONS / 4, `${approved} approved, ${refused} refused`)
  assert.ok(merged > INSTALLATIONS / 2 && conflicts > INSTALLATIONS / 10, `${merged} merged, ${conflicts} in conflict`)
})

test('a seed decides everything: the same one lives the same life again', async () => {
  const lines: string[][] = [[], []]
  for (const trace of lines) await simulate(4_711, { trace: (line) => trace.push(line) })
  assert.deepEqual(lines[0], lines[1])
  assert.ok((lines[0]?.length ?? 0) > 0)
})

const SABOTAGE: readonly (readonly [Sabotage, string, RegExp])[] = [
  ['no-fencing-tokens', 'a store that takes writes of workers whose lease is lost', /a stale worker/],
  ['no-workspace-reset', 'a resumed task that starts from what its files happen to be', /its workspace holds/],
  ['no-record-of-use', 'a yes that is used without a word in the log', /before the log had it|it was approved/],
  ['no-version-check', 'a store that takes changes decided on an older state', /event numbers/],
]
for (const [sabotage, what, sign] of SABOTAGE) {
  test(`it notices ${what}`, async () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const { broken } = await simulate(seed, { sabotage })
      if (broken.some((problem) => sign.test(problem))) return
    }
    assert.fail(`200 installations with ${sabotage} broke no promise`)
  })
}

test('it notices sandboxes that go on working for a worker that lost the task', async () => {
  // Rare: a worker has to freeze in mid-command for longer than its lease. So all that happens here is freezing.
  const faults = { failRate: 0, localFailRate: 0, meanDelayMs: 2, wellFrom: 300_000 }
  const settings = { workers: 3, faults, leaseMs: 3_000, crashShare: 0, troubleMs: 1_000, sandboxDeathRate: 0 }
  for (let seed = 1; seed <= 300; seed += 1) {
    const { broken } = await simulate(seed, { sabotage: 'no-sandbox-fencing', settings })
    if (broken.some((problem) => problem.includes('its workspace holds'))) return
  }
  assert.fail('no promise was broken')
})
