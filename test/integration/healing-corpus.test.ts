// The corpus of broken projects, healed in real sandboxes with models of all manners: no wrong result passes, whatever a model says, and
// what did not help is taken back byte for byte. `CORPUS=all` tries every project with every
// manner, `CORPUS=js-await` those of that name.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import type { SandboxProvider } from '../../src/core/ports/sandbox.ts'
import type { HealRound } from '../../src/core/vocabulary/healing.ts'
import type { Task } from '../../src/core/vocabulary/task.ts'
import { isMendedBy, mannerOf, MANNERS } from '../corpus/manners.ts'
import type { Manner } from '../corpus/manners.ts'
import { readCorpus } from '../corpus/read-project.ts'
import type { BrokenProject } from '../corpus/read-project.ts'
import { LIMITS, prepareGround } from '../hostile/ground.ts'
import { createWorkbench } from '../simulation/workbench.ts'

const CORPUS = readCorpus()
const AT_ONCE = 6
const ROUNDS = 3
const ground = prepareGround()
const folder = mkdtempSync(join(tmpdir(), 'factotum-corpus-'))
chmodSync(folder, 0o755)
after(() => rmSync(folder, { recursive: true, force: true }))

/** Nothing leaves them. */
const sandboxes: SandboxProvider = {
  ...ground.provider,
  open: (worktree, limits) => ground.provider.open(worktree, limits),
}

const programs = new Map<string, boolean>()

/** Where sandboxes look for programs as well. */
function hasProgram(name: string): boolean {
  const known =
    programs.get(name) ??
    spawnSync('sh', ['-c', `command -v ${name}`], { env: { PATH: '/usr/local/bin:/usr/bin:/bin' } }).status === 0
  programs.set(name, known)
  return known
}

test('the corpus: many projects, languages and kinds of faults', (t) => {
  const plain = CORPUS.filter(({ needs }) => needs === null || needs === 'python3')
  assert.ok(plain.length >= 44, String(plain.length))
  assert.ok(new Set(CORPUS.map(({ fault }) => fault)).size >= 15)
  for (const project of CORPUS) {
    assert.ok(project.fixes.length > 0, project.name)
    if (project.needs !== null && !hasProgram(project.needs))
      t.diagnostic(`${project.name}: there is no ${project.needs}`)
  }
})

type Story = { readonly project: BrokenProject; readonly manner: Manner }

/** Each project with one of the manners; with all of them on demand. */
function stories(): readonly Story[] {
  const wanted = process.env['CORPUS'] ?? ''
  const every = wanted !== ''
  const tried = CORPUS.filter(({ name }) => wanted === 'all' || name.includes(wanted))
  return tried
    .filter(({ needs }) => needs === null || hasProgram(needs))
    .flatMap((project, index) => {
      const chosen = every ? MANNERS : [MANNERS[index % MANNERS.length]]
      return chosen.flatMap((manner) => (manner === undefined ? [] : [{ project, manner }]))
    })
}

test('no wrong result passes, and what did not help is taken back', async (t) => {
  if (!(await ground.isUsable(t))) return
  const waiting = [...stories()]
  const broken: string[] = []
  const work = async (): Promise<void> => {
    for (let story = waiting.shift(); story !== undefined; story = waiting.shift()) {
      try {
        await live(story)
      } catch (error) {
        broken.push(`${story.project.name}, ${story.manner}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }
  const count = waiting.length
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  t.diagnostic(`${count} stories`)
  assert.deepEqual(broken, [])
})

async function live({ project, manner }: Story): Promise<void> {
  const bench = createWorkbench({
    script: mannerOf(manner, project),
    limits: { repairRounds: ROUNDS, commandMs: 60_000, sandbox: LIMITS },
    tamper: () => ({ workspaces: ground.workspaces, worktrees: ground.workspaces, sandboxes }),
  })
  const path = laid(`${project.name}-${MANNERS.indexOf(manner)}`, project.files)
  const { id } = await bench.ask({
    taskType: 'dev_pipeline',
    text: 'Fix what is broken.',
    source: { type: 'directory', path },
  })
  await bench.runOnce(id)
  const task = await bench.task(id)
  const rounds: readonly HealRound[] = await bench.told(id, 'heal.finished')
  const out = join(folder, `out-${id}`)
  mkdirSync(out)
  chmodSync(out, 0o777)
  await ground.workspaces.exportTo(id, out)
  const story = `${task.status} (${task.error ?? ''}) ${bench.logged.join(' ')}\n${JSON.stringify(rounds, null, 1)}`
  const isRight = await passes(out, project)
  expectEnd({ project, manner }, task, { out, isRight }, rounds, story)
  await ground.workspaces.remove(id)
}

function expectEnd(
  { project, manner }: Story,
  task: Task,
  { out, isRight }: { readonly out: string; readonly isRight: boolean },
  rounds: readonly HealRound[],
  story: string,
): void {
  assert.equal(task.status === 'completed', isRight, `the end and the project's own command: ${story}`)
  assert.equal(task.status, isMendedBy(manner, project) ? 'completed' : 'failed', story)
  const changed = Object.entries(project.files).filter(([path, text]) => readBack(out, path) !== text)
  const mended = project.fixes.map(({ file }) => file)
  assert.deepEqual(
    changed.filter(([path]) => !mended.includes(path)).map(([path]) => path),
    [],
    'files of no concern',
  )
  if (task.status === 'failed')
    assert.deepEqual(
      changed.map(([path]) => path),
      [],
      `put back: ${story}`,
    )
  assert.ok(rounds.length > 0, 'it was broken')
  assert.ok(rounds.filter(({ by }) => by !== 'rule').length <= ROUNDS + 1, story)
  for (const { outcome, rolled_back: back } of rounds) if (outcome === 'worse') assert.equal(back, true, story)
  if (project.rule) {
    assert.deepEqual(
      rounds.map(({ by }) => by),
      rounds.map(() => 'rule'),
      story,
    )
    assert.equal(rounds.at(-1)?.outcome, 'healed', story)
  } else if (manner === 'right')
    assert.deepEqual(
      rounds.map(({ by, outcome }) => [by, outcome]),
      [['analysis', 'healed']],
      story,
    )
  else if (manner === 'worsening, then right') {
    // Where the failure reads the same whatever is broken, it is the same, and put back as well.
    assert.deepEqual(
      rounds.map(({ rolled_back: back }) => back),
      [true, false],
      story,
    )
    if (!project.name.startsWith('shell-')) assert.equal(rounds[0]?.outcome, 'worse', story)
  } else if (manner === 'wrong, then right')
    assert.deepEqual(
      rounds.map(({ outcome, rolled_back: back }) => [outcome, back]),
      [
        ['same', true],
        ['healed', false],
      ],
      story,
    )
  else if (manner === 'malformed' || manner === 'unsure')
    assert.deepEqual(
      rounds.map(({ by }) => by),
      ['agent'],
      story,
    )
  if (task.status === 'failed') assert.match(task.error ?? '', /still fail: [^]*Tried:\n1\. /)
}

function laid(name: string, files: Readonly<Record<string, string>>): string {
  const path = mkdtempSync(join(folder, `${name}-`))
  chmodSync(path, 0o755)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(path, file)), { recursive: true })
    writeFileSync(join(path, file), text)
  }
  return path
}

function readBack(out: string, path: string): string | null {
  try {
    return readFileSync(join(out, path), 'utf8')
  } catch {
    return null
  }
}

/** The project's own word, outside of the platform; others go on meanwhile. */
async function passes(path: string, { command }: BrokenProject): Promise<boolean> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const [code] = await once(spawn('sh', ['-c', command], { cwd: path, env, timeout: 60_000, stdio: 'ignore' }), 'exit')
  return code === 0
}
