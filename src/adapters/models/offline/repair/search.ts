// Mends a program by search: changes one small thing after the other in copies of the workspace, with its own tests as the
// judge, and writes the smallest change that makes all of them pass. The tests are never changed, and where nothing
// helps the workspace is left as it was. Runs by itself: `node search.ts [--seconds 150]` in the workspace.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutation } from './mutations.ts'
import { mutationsOf } from './mutations.ts'
import type { TestCommand, TestRun } from './test-run.ts'
import { codeFiles, failingFiles, isTest, runTests, testCommandOf } from './test-run.ts'

type Change = { readonly file: string; readonly line: number; readonly before: string; readonly after: string }
type Report = {
  readonly result: 'fixed' | 'green' | 'none' | 'no_tests'
  readonly command: string | null
  readonly changes: readonly Change[]
  readonly tried: number
  readonly output: string
}
type Candidate = { readonly file: string; readonly mutation: Mutation; readonly rank: number }

const MOST_CHANGES = 3
const ENOUGH_AFTER_IMPROVEMENT = 60
const SUITE_MS = 15_000
const LINKED = ['node_modules', '.venv', 'venv']
const LEFT_OUT = new Set([...LINKED, '.git', '__pycache__', '.pytest_cache', 'coverage'])

async function repair(root: string, seconds: number): Promise<Report> {
  const until = performance.now() + seconds * 1000
  const tests = testCommandOf(root)
  const end = (result: Report['result'], changes: readonly Change[], tried: number, output: string): Report => ({
    result,
    command: tests?.command ?? null,
    changes,
    tried,
    output: output.slice(-1_500),
  })
  if (tests === null) return end('no_tests', [], 0, '')
  const first = await runTests(tests.command, root, SUITE_MS)
  if (first.ok) return end('green', [], 0, first.output)
  const bench = mkdtempSync(join(tmpdir(), 'repair-'))
  try {
    const copies = Array.from({ length: Math.min(4, availableParallelism()) }, (_, index) =>
      copyOf(root, join(bench, String(index))),
    )
    const changes: Change[] = []
    let failed = first.failed
    let tried = 0
    for (let round = 0; round < MOST_CHANGES && performance.now() < until; round += 1) {
      const found = await bestChange(copies, tests, failed, first.timedOut ? first : null, until)
      tried += found.tried
      if (found.best === null) break
      changes.push(apply(copies, found.best))
      failed = found.failed
      if (failed > 0) continue
      for (const { file } of changes) writeFileSync(join(root, file), readFileSync(join(copies[0] ?? root, file)))
      const last = await runTests(tests.command, root, SUITE_MS)
      return end('fixed', changes, tried, last.output)
    }
    return end('none', [], tried, first.output)
  } finally {
    rmSync(bench, { recursive: true, force: true })
  }
}

function copyOf(root: string, target: string): string {
  mkdirSync(target)
  for (const name of readdirSync(root)) {
    if (!LEFT_OUT.has(name))
      cpSync(join(root, name), join(target, name), {
        recursive: true,
        filter: (path) => !LEFT_OUT.has(basename(path)),
        verbatimSymlinks: true,
      })
  }
  for (const name of LINKED) if (existsSync(join(root, name))) symlinkSync(join(root, name), join(target, name))
  return realpathSync(target)
}

/** The likeliest change that makes everything pass; else the one that leaves the fewest failures, if fewer than now. */
async function bestChange(
  copies: readonly string[],
  tests: TestCommand,
  failedNow: number,
  hung: TestRun | null,
  until: number,
): Promise<{ readonly best: Candidate | null; readonly failed: number; readonly tried: number }> {
  const [bench = ''] = copies
  const testFiles = codeFiles(bench).filter(isTest)
  const coverage = mkdtempSync(join(bench, '.coverage-'))
  const now = hung ?? (await runTests(tests.command, bench, SUITE_MS, { NODE_V8_COVERAGE: coverage }))
  const isRun = tests.language === 'js' ? runRanges(coverage, bench) : null
  rmSync(coverage, { recursive: true, force: true })
  const narrow = tests.narrowed(failingFiles(now.output, testFiles))
  // A suite that hung says nothing about how long it should take.
  const limitMs = now.timedOut ? 4_000 : Math.max(4_000, now.ms * 4)
  const queue = candidatesFor(bench, tests, testFiles, now.output, isRun)
  let at = 0
  let winner: number | null = null
  let best: Candidate | null = null
  let failed = failedNow
  let improvedAt = 0
  const work = async (copy: string): Promise<void> => {
    while (performance.now() < until) {
      const index = at
      const candidate = queue[index]
      // What is likelier than the winner is already being tried by the others.
      if (candidate === undefined || winner !== null) return
      // One of several mistakes is mended, it seems: on to the next rather than through the whole queue.
      if (best !== null && index > improvedAt + ENOUGH_AFTER_IMPROVEMENT) return
      at += 1
      const path = join(copy, candidate.file)
      const source = readFileSync(path, 'utf8')
      writeFileSync(path, mutated(source, candidate.mutation))
      let run = await runTests(narrow, copy, limitMs)
      const isPromising = run.ok || run.failed < failed
      if (isPromising && narrow !== tests.command) run = await runTests(tests.command, copy, limitMs)
      writeFileSync(path, source)
      if (run.ok && (winner === null || index < winner)) winner = index
      else if (!run.ok && run.failed < failed) {
        failed = run.failed
        best = candidate
        improvedAt = index
      }
    }
  }
  await Promise.all(copies.map(work))
  const won = winner === null ? undefined : queue[winner]
  return won === undefined ? { best, failed, tried: at } : { best: won, failed: 0, tried: at }
}

function candidatesFor(
  root: string,
  tests: TestCommand,
  testFiles: readonly string[],
  output: string,
  isRun: ((file: string, offset: number) => boolean) | null,
): readonly Candidate[] {
  const pattern = tests.language === 'python' ? /\.py$/ : /\.[cm]?[jt]s$/
  const spelling = failingFiles(output, testFiles)
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n')
  const candidates = codeFiles(root)
    .filter((file) => pattern.test(file) && !isTest(file))
    .flatMap((file) => {
      const source = readFileSync(join(root, file), 'utf8')
      if (source.length > 100_000) return []
      const name = basename(file).replace(/\.\w+$/, '')
      const isNear = spelling.includes(name) || output.includes(file)
      return mutationsOf(source, tests.language, spelling)
        .filter(({ start }) => isRun === null || isRun(file, start))
        .map((mutation) => {
          const isNamed = new RegExp(`${basename(file).replaceAll('.', '\\.')}(?:", line |:)${mutation.line}\\b`).test(
            output,
          )
          return { file, mutation, rank: mutation.cost - (isNamed ? 2 : 0) + (isNear ? 0 : 4) }
        })
    })
  return candidates.toSorted((a, b) => a.rank - b.rank)
}

/** Which places of the program ran at all, from V8's coverage: what never ran can't be at fault. Null when that is not known. */
function runRanges(folder: string, root: string): ((file: string, offset: number) => boolean) | null {
  type Range = { readonly startOffset: number; readonly endOffset: number; readonly count: number }
  type Script = { readonly url: string; readonly functions: readonly { readonly ranges: readonly Range[] }[] }
  const byFile = new Map<string, Range[][]>()
  for (const name of readdirSync(folder)) {
    const { result } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { readonly result: readonly Script[] }
    for (const { url, functions } of result) {
      if (!url.startsWith('file://')) continue
      const path = fileURLToPath(url)
      if (!path.startsWith(`${root}/`)) continue
      const file = path.slice(root.length + 1)
      byFile.set(file, [...(byFile.get(file) ?? []), functions.flatMap(({ ranges }) => [...ranges])])
    }
  }
  if (byFile.size === 0) return null
  return (file, offset) => {
    const runs = byFile.get(file)
    // A file that failed to load has no coverage, and may well be at fault.
    return runs === undefined || runs.some((ranges) => innermost(ranges, offset) > 0)
  }
}

function innermost(
  ranges: readonly { readonly startOffset: number; readonly endOffset: number; readonly count: number }[],
  offset: number,
): number {
  let smallest = Number.POSITIVE_INFINITY
  let count = 1
  for (const range of ranges) {
    const size = range.endOffset - range.startOffset
    if (range.startOffset <= offset && offset < range.endOffset && size <= smallest) {
      smallest = size
      count = range.count
    }
  }
  return count
}

function apply(copies: readonly string[], { file, mutation }: Candidate): Change {
  const source = readFileSync(join(copies[0] ?? '', file), 'utf8')
  const next = mutated(source, mutation)
  for (const copy of copies) writeFileSync(join(copy, file), next)
  const lineOf = (text: string): string => (text.split('\n')[mutation.line - 1] ?? '').trim()
  return { file, line: mutation.line, before: lineOf(source), after: lineOf(next) }
}

function mutated(source: string, { start, end, text }: Mutation): string {
  return source.slice(0, start) + text + source.slice(end)
}

const asked = Number(process.argv[process.argv.indexOf('--seconds') + 1])
const root = realpathSync(process.cwd())
if (process.argv.includes('--only-test')) {
  const tests = testCommandOf(root)
  const run = tests === null ? null : await runTests(tests.command, root, 100_000)
  console.log(run?.output.slice(-1_500) ?? 'There are no tests that can be run.')
  console.log(run?.ok === true ? `${tests?.command}: all tests pass` : `${tests?.command}: not all tests pass`)
  process.exitCode = run?.ok === true ? 0 : 1
} else {
  const { output, ...report } = await repair(root, asked > 0 ? asked : 150)
  console.log(output)
  console.log(`REPAIR ${JSON.stringify(report)}`)
}
