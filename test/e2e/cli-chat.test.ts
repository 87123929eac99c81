// A conversation in the terminal as a person has it: every word a process of its own, everything real but the model.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { test } from 'node:test'
import { runCommandLines } from '../support/command-lines.ts'
import { eventsOf } from '../support/factotum.ts'
import type { Ended } from '../support/factotum.ts'
import { placeOfFile } from '../support/place-of-file.ts'
import { withoutPostgres } from '../support/postgres.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
/** Of util-linux: gives a program a terminal. */
const TERMINAL = '/usr/bin/script'
const NOBODYS = '01900000-0000-7000-8000-000000000000'

const { place } = placeOfFile()
const skip = withoutPostgres

const chat = (...words: readonly string[]): Promise<Ended> => place.run('chat', ...words)

async function taskOf(
  words: string,
): Promise<{ readonly id: string; readonly status: string; readonly error: string | null }> {
  const { stdout } = await place.run('task', 'list', '--json', '--limit', '100')
  const { items } = JSON.parse(stdout) as {
    items: { id: string; input_text: string; status: string; error: string | null }[]
  }
  const found = items.find((task) => task.input_text === words)
  assert.ok(found, `no task of: ${words}`)
  return found
}

test('a question is answered, and nothing else is said', { skip }, async () => {
  const { code, stdout, stderr } = await chat('what can you do?')
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^I am Factotum/)
  assert.match(stdout, /\(by the offline model\)$/)
  assert.doesNotMatch(stdout, /Task |router|✓/)
  const recalled = await place.run('thread', 'show')
  assert.match(recalled.stdout, /owner: what can you do\?/)
  assert.match(recalled.stdout, /factotum: I am Factotum/)
})

test(
  'work is proposed and waits; another word takes its place; yes from a later process runs it',
  { skip },
  async () => {
    const first = await chat('create a hello world web app')
    assert.equal(first.code, 3, first.stderr)
    assert.match(first.stdout, /^Understood: .+\nWill: .+/)
    assert.match(first.stderr, /factotum chat yes/)
    const second = await chat('create a command-line tool that counts words')
    assert.equal(second.code, 3, second.stderr)
    const replaced = await taskOf('create a hello world web app')
    assert.deepEqual([replaced.status, replaced.error], ['aborted', 'A newer message took its place.'])

    const done = await chat('yes')
    assert.equal(done.code, 0, done.stdout + done.stderr)
    assert.doesNotMatch(done.stdout, /^Understood/m)
    assert.match(done.stdout, /✓ completed/)
    assert.equal((await taskOf('create a command-line tool that counts words')).status, 'completed')
    // Nothing waits any more: the same word is a word like others.
    const nothing = await chat('yes')
    assert.equal(nothing.code, 0, nothing.stderr)
  },
)

test('no ends it, and --yes asks for nothing', { skip }, async () => {
  assert.equal((await chat('create a static site about tea')).code, 3)
  const no = await chat('no')
  assert.deepEqual([no.code, no.stdout], [0, 'Cancelled.'])
  assert.equal((await taskOf('create a static site about tea')).status, 'aborted')
  const at = await chat('--yes', '--json', 'create a static site about coffee')
  assert.equal(at.code, 0, at.stderr)
  const events = eventsOf(at.stdout)
  const types = events.map(({ type }) => type)
  assert.ok(types.includes('approval.requested') && types.includes('approval.resolved'))
  assert.equal(types.filter((type) => /^task\.(completed|failed|aborted)$/.test(type)).length, 1)
  const birth = events[0]
  assert.deepEqual([birth?.type, birth?.data['confirm'], birth?.data['interface']], ['task.created', true, 'terminal'])
})

test('a command waits for its exact text, said through words as well', { skip }, async () => {
  const waiting = await chat('run `echo one two`')
  assert.equal(waiting.code, 3, waiting.stderr)
  assert.match(waiting.stdout, /approve exactly this:\n\s+echo one two/)
  const ran = await chat('yes')
  assert.equal(ran.code, 0, ran.stderr)
  assert.match(ran.stdout, /one two/)
})

test(
  'what is said belongs to its context: begun afresh nothing of it is told, and it is still there',
  { skip },
  async () => {
    assert.equal((await chat('my boat is called Otter')).code, 0)
    const old = await place.run('thread', 'context', '--text', 'what is my boat called?')
    assert.match(old.stdout, /my boat is called Otter/)
    const begun = await place.run('thread', 'new', '--json')
    assert.equal(begun.code, 0, begun.stderr)
    const { id } = JSON.parse(begun.stdout) as { id: string }
    const fresh = await place.run('thread', 'context', '--json')
    // Memory is not the conversation: what was noted of the day may stand there, and its words do not.
    const pack = JSON.parse(fresh.stdout) as { sections: { name: string }[]; tokens: number; budget: number }
    assert.ok(!pack.sections.some(({ name }) => name === 'conversation' || name === 'work'), fresh.stdout)
    assert.ok(pack.tokens <= pack.budget)
    const listed = await place.run('thread', 'list')
    assert.match(listed.stdout, new RegExp(`^\\* ${id} `, 'm'))

    const page = JSON.parse((await place.run('thread', 'list', '--json')).stdout) as {
      items: { id: string; chat: string }[]
    }
    const first = page.items.find((it) => it.chat === 'owner#0')
    const back = await chat('--thread', first?.id ?? '', 'thank you')
    assert.equal(back.code, 0, back.stderr)
    assert.match((await place.run('thread', 'show', first?.id ?? '')).stdout, /owner: thank you/)
    assert.doesNotMatch((await place.run('thread', 'show')).stdout, /thank you/)
    assert.equal((await chat('--new', 'thank you')).code, 0)
    assert.match((await place.run('thread', 'show')).stdout, /\/new[\s\S]*owner: thank you/)
  },
)

test('a proposal outlives the platform that made it', { skip }, async () => {
  const up = place.start('up')
  await up.line(/Factotum is up/)
  const proposed = await chat('create a static site about rain')
  assert.equal(proposed.code, 3, proposed.stderr)
  up.child.kill('SIGKILL')
  await up.ended
  const again = place.start('up')
  await again.line(/Factotum is up/)
  const done = await chat('ok')
  assert.equal(done.code, 0, done.stdout + done.stderr)
  assert.match(done.stdout, /✓ completed/)
  again.child.kill('SIGTERM')
  await again.ended
})

test('somebody at the terminal is asked, and may say what should be different', { skip }, async (t) => {
  if (spawnSync(TERMINAL, ['--version']).status !== 0) return t.skip('needs the program script')
  const session = spawn(
    TERMINAL,
    ['-qec', `'${process.execPath}' '${MAIN}' chat 'create a hello world web app'`, '/dev/null'],
    {
      env: { ...place.env, TERM: 'dumb' },
      cwd: place.folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  let shown = ''
  const seen = (pattern: RegExp, from: number) =>
    new Promise<number>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(shown.slice(from))
        if (match === null) return
        session.stdout.off('data', look)
        resolve(from + match.index + match[0].length)
      }
      session.stdout.on('data', look)
      session.once('close', () => reject(new Error(`It ended without ${pattern}:\n${shown}`)))
      look()
    })
  session.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => session.once('close', resolve))
  t.after(() => session.kill('SIGKILL'))
  const asked = await seen(/OK\? \[y\/n, or what should be different\]/, 0)
  session.stdin.write('create a static site about snow\n')
  const again = await seen(/Will: Create a static site[\s\S]*OK\? \[/, asked)
  session.stdin.write('n\n')
  await seen(/aborted/, again)
  assert.equal(await ended, 0)
  assert.equal((await taskOf('create a hello world web app')).error, 'A newer message took its place.')
  assert.equal((await taskOf('create a static site about snow')).status, 'aborted')
})

test('what people mistype ends in one line, never in a stack', { skip }, async () => {
  const cases: readonly (readonly [readonly string[], number])[] = [
    [['chat'], 2],
    [['chat', '   '], 2],
    [['chat', 'x'.repeat(40_000)], 2],
    [['chat', '--frob', 'hello'], 2],
    [['chat', '--thread', 'nonsense', 'hello'], 2],
    [['chat', '--thread', NOBODYS, 'hello'], 1],
    [['chat', '--thread', NOBODYS, '--new', 'hello'], 2],
    [['thread', 'show', 'nonsense'], 2],
    [['thread', 'show', NOBODYS], 1],
    [['thread', 'context', NOBODYS], 1],
    [['thread', 'list', '--limit', 'many'], 2],
    [['thread', 'frobnicate'], 2],
  ]
  assert.equal((await place.run('chat')).code, 2)
  const ended = await runCommandLines(
    place,
    cases.map(([words]) => words),
  )
  for (const [index, [words, wanted]] of cases.entries()) {
    const { code, stdout = '', stderr = '' } = ended[index] ?? { code: null }
    const said = `${words.join(' ').slice(0, 60)}: ${stderr}`
    assert.equal(code, wanted, said)
    assert.doesNotMatch(stdout + stderr, /\n\s+at .+:\d+:\d+/, said)
    assert.ok(stderr.trim().split('\n').length <= 2, said)
  }
})
