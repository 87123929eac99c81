// `npm run bench -- [names…] [--quick] [--json] [--save]`: runs the benchmarks and prints what they measured as one table.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark, Row, Skipped } from './harness/benchmark.ts'
import { isMet, median, ratios } from './harness/figures.ts'
import { table } from './harness/table.ts'

const USAGE = 'Usage: npm run bench -- [names…] [--quick] [--rounds N] [--json] [--save] [--list]'
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    json: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})

const benchmarks = await load()
if (values.help || values.list) {
  process.stdout.write(values.help ? `${USAGE}\n` : `${benchmarks.map(({ name }) => name).join('\n')}\n`)
  process.exit(0)
}
const unknown = positionals.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name))
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}. ${USAGE}\n`)
  process.exit(2)
}

const say = (text: string) => void process.stderr.write(`${text}\n`)
const chosen = benchmarks.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const rows: (Row | Skipped)[] = []
let broken = false
for (const benchmark of chosen) {
  say(`${benchmark.name} …`)
  const began = performance.now()
  rows.push(...(await measure(benchmark)))
  say(`  ${((performance.now() - began) / 1_000).toFixed(1)} s`)
}
const report = { node: process.version, quick: values.quick, rows: rows.map(summary) }
process.stdout.write(values.json ? `${JSON.stringify(report, null, 2)}\n` : `${table(rows)}\n`)
if (values.save) await writeFile(new URL('results.json', import.meta.url), `${JSON.stringify(report, null, 2)}\n`)
process.exit(broken ? 1 : 0)

async function load(): Promise<readonly Benchmark[]> {
  const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.bench.ts')).toSorted()
  const loaded: Benchmark[] = []
  for (const file of files) {
    const { benchmark }: { benchmark: Benchmark } = await import(`./${file}`)
    loaded.push(benchmark)
  }
  return loaded
}

/** A benchmark that breaks is told as such and takes no other down with it. */
async function measure(benchmark: Benchmark): Promise<readonly (Row | Skipped)[]> {
  const directory = await mkdtemp(join(tmpdir(), `factotum-bench-${benchmark.name}-`))
  const undo: (() => Promise<void> | void)[] = []
  const rounds = values.rounds === undefined ? (values.quick ? 1 : 3) : Number(values.rounds)
  try {
    const cleanUp = (step: () => Promise<void> | void) => void undo.push(step)
    return await benchmark.run({ quick: values.quick, rounds, directory, cleanUp, say: (text) => say(`  ${text}`) })
  } catch (error) {
    broken = true
    say(error instanceof Error ? (error.stack ?? error.message) : String(error))
    return [{ name: benchmark.name, skipped: `it broke: ${error instanceof Error ? error.message : String(error)}` }]
  } finally {
    for (const step of undo.toReversed()) await step()
    await rm(directory, { recursive: true, force: true })
  }
}

function summary(row: Row | Skipped) {
  if ('skipped' in row) return row
  const ratio = row.baseline === null ? null : median(ratios(row))
  return { ...row, median: median(row.ours), ratio, met: isMet(row) }
}
