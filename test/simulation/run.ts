// Runs simulated lives from the command line: `node test/simulation/run.ts --lives 10000`, or one again, told as it
// happens: `node test/simulation/run.ts --seed 4711`.
import { parseArgs } from 'node:util'
import { simulate } from './simulate.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    lives: { type: 'string', default: '5000' },
    from: { type: 'string', default: '1' },
  },
})

if (values.seed !== undefined) {
  const report = await simulate(Number(values.seed), { trace: (line) => console.log(line) })
  console.log(JSON.stringify(report, null, 2))
  process.exitCode = report.broken.length === 0 ? 0 : 1
} else {
  const began = performance.now()
  const statuses: Record<string, number> = {}
  let lives = 0
  let broken = 0
  for (let seed = Number(values.from); lives < Number(values.lives); seed += 1) {
    const report = await simulate(seed)
    lives += report.lives
    for (const [status, count] of Object.entries(report.statuses)) statuses[status] = (statuses[status] ?? 0) + count
    if (report.broken.length === 0) continue
    broken += 1
    console.log(`seed ${seed}:\n  ${report.broken.slice(0, 5).join('\n  ')}`)
    console.log(`  replay: node test/simulation/run.ts --seed ${seed}`)
  }
  const seconds = (performance.now() - began) / 1_000
  console.log(
    `${lives} lives in ${seconds.toFixed(1)} s, ${Math.round(lives / seconds)} a second; ${JSON.stringify(statuses)}`,
  )
  console.log(broken === 0 ? 'Every promise was kept.' : `${broken} installations broke a promise.`)
  process.exitCode = broken === 0 ? 0 : 1
}
