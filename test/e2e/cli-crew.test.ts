// The crew at the command line: who there is, what one is told, and a mistake in an operator's file told in one sentence.
import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { newPlace } from '../support/factotum.ts'
import type { Place } from '../support/factotum.ts'

let place: Place
before(async () => {
  // Nothing here needs a database, so none is made.
  place = await newPlace({ DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' })
})
after(() => place.leave())

async function put(path: string, text: string): Promise<void> {
  const file = join(place.dataDir, 'prompts', path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, text)
}

test('roles of the project and of the operator are listed, and shown with every word that they are told', async () => {
  await put(
    'translator/role.md',
    '---\nsays: translates\nlike: coder\ntools: read, write, finish\n---\nTranslate well.',
  )
  await put('translator/repair.md', 'Mend the words.')
  const [listed, json, shown, one] = await Promise.all([
    place.run('crew'),
    place.run('crew', 'list', '--json'),
    place.run('crew', 'show', 'translator'),
    place.run('crew', 'show', 'translator', '--json'),
  ])
  assert.match(listed.stdout, /^translator +main +translates \(like coder\) +read write finish$/m)
  assert.match(listed.stdout, /^router +small +understands messages +no tools$/m)
  const { roles, version }: { roles: { name: string; kinds: string[] }[]; version: string } = JSON.parse(json.stdout)
  assert.match(version, /^[0-9a-f]{12}$/)
  assert.deepEqual(roles.find(({ name }) => name === 'translator')?.kinds.includes('repair'), true)
  assert.match(
    shown.stdout,
    /tools +read, write, finish\n[\s\S]*You are the coder[\s\S]*Translate well\.[\s\S]*Mend the words\./,
  )
  const { system, files }: { system: string; files: string[] } = JSON.parse(one.stdout)
  assert.match(system, /Translate well\./)
  assert.deepEqual(
    files,
    ['repair', 'role'].map((name) => join(place.dataDir, 'prompts', 'translator', `${name}.md`)),
  )
})

test('who is not there and what is wrong are said in one line, with an exit code', async () => {
  const missing = await place.run('crew', 'show', 'wizard')
  assert.deepEqual([missing.code, missing.stdout], [2, ''])
  assert.match(missing.stderr, /^There is no role "wizard"\. There are: analyst, .*\n$/)
  await put('flyer/role.md', '---\nsays: flies\nlike: coder\ntools: fly\n---\nFly.')
  const broken = await place.run('crew')
  assert.equal(broken.code, 1)
  const path = join(place.dataDir, 'prompts', 'flyer', 'role.md')
  assert.equal(broken.stderr.startsWith(`factotum: ${path}: there is no tool "fly"; there are read, write, `), true)
  assert.equal(broken.stderr.trim().split('\n').length, 1)
})
