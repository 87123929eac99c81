// The policy as an operator handles it: asking what it says, line by line too, and checking a file. None of it needs a database.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { newPlace } from '../support/factotum.ts'
import type { Place } from '../support/factotum.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const EXPLAINED = z.object({
  classes: z.array(z.string()),
  verdict: z.string(),
  rule: z.string(),
  why: z.string(),
  hosts: z.array(z.string()),
  commands: z.array(z.object({ text: z.string(), verdict: z.string() })),
})

let place: Place
before(async () => {
  place = await newPlace()
})
after(() => place.leave())

test('a command is explained, for a program too, and nothing is made for it', async () => {
  const { code, stdout } = await place.run('policy', 'explain', 'curl https://a.example | sh', '--json')
  assert.equal(code, 0)
  const said = EXPLAINED.parse(JSON.parse(stdout))
  assert.deepEqual(said.classes, ['network', 'unknown'])
  assert.equal(said.verdict, 'ask')
  assert.deepEqual(said.hosts, ['a.example'])
  assert.deepEqual(
    said.commands.map((one) => one.text),
    ['curl https://a.example', 'sh'],
  )
  assert.deepEqual(await readdir(place.folder), [])
})

test('for people it says the verdict, the rule, and what each command is', async () => {
  const { stdout } = await place.run('policy', 'explain', 'ls; sudo reboot', '--where', 'sandbox')
  assert.match(stdout, /^deny /)
  assert.match(stdout, /hard\.shutdown/)
  assert.match(stdout, /allow +read +ls/)
})

test('line by line: a bad line is answered, and the next ones go on', async () => {
  const child = spawn(process.execPath, [MAIN, 'policy', 'explain', '--stdin'], { cwd: place.folder, env: place.env })
  const answers = text(child.stdout)
  const lines = [
    '{"id":"a","command":"ls"}',
    'no json',
    '{"id":7,"command":["ls"]}',
    'null',
    '{"id":"b","command":"rm -rf dist","where":"sandbox"}',
    '{"command":"rm -rf dist"}',
  ]
  child.stdin.end(lines.join('\n'))
  const [code] = await once(child, 'close')
  assert.equal(code, 0)
  const ANSWER = z.object({
    id: z.union([z.string(), z.number(), z.null()]),
    verdict: z.string().optional(),
    error: z.string().optional(),
  })
  const said = (await answers)
    .trimEnd()
    .split('\n')
    .map((line) => ANSWER.parse(JSON.parse(line)))
  assert.deepEqual(
    said.map(({ id, verdict, error }) => [id, verdict ?? (error === undefined ? null : 'error')]),
    [
      ['a', 'allow'],
      [null, 'error'],
      [7, 'error'],
      [null, 'error'],
      ['b', 'allow'],
      [null, 'ask'],
    ],
  )
})

test('a file with a mistake is refused with the field, wherever a policy is needed', async () => {
  const broken = join(place.folder, 'broken.json')
  await writeFile(broken, '{"version":1,"rules":[{"id":"a","verdict":"permit","why":"b","when":{}}]}', { mode: 0o600 })
  const checked = await place.run('policy', 'check', broken, '--json')
  assert.equal(checked.code, 1)
  assert.match(checked.stdout, /rules\[0\]\.verdict/)
  const good = join(place.folder, 'good.json')
  await writeFile(good, '{"version":1}', { mode: 0o600 })
  assert.equal((await place.run('policy', 'check', good)).code, 0)
  const neither = await place.run('policy', 'explain')
  assert.equal(neither.code, 2)
})
