// The prompts as they lie in the repository, and what an operator puts on top of them.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readPrompts } from '../../src/adapters/prompts/directory.ts'
import { buildCrew } from '../../src/core/crew/crew-registry.ts'
import { TOOLS } from '../../src/core/crew/tools/registry.ts'
import { playedCrew } from '../simulation/played-crew.ts'

const PROMPTS = fileURLToPath(new URL('../../prompts', import.meta.url))
const OURS = ['command-line', 'http-api', 'web-page']

/** A folder of the operator's with these files; gone after the test. */
async function operators(t: TestContext, files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'prompts-'))
  t.after(() => rm(folder, { recursive: true }))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
  return { folder, prompts: join(folder, 'prompts'), skills: join(folder, 'skills') }
}

test('the project’s files make a crew, every role with words of its own, and every skill says what it is about', async () => {
  const { rules, roles, skills } = await readPrompts(PROMPTS)
  assert.match(rules, /material/)
  const crew = buildCrew(roles, TOOLS)
  assert.deepEqual(
    crew.roles.map(({ name, tier, tools, like }) => ({ name, tier, tools, like })),
    playedCrew().roles.map(({ name, tier, tools, like }) => ({ name, tier, tools, like })),
    'crews that are played in tests are those of the project',
  )
  for (const { name, text } of crew.roles) assert.ok(text.length > 100, name)
  for (const { name, text, like } of crew.roles)
    if (like !== null) assert.ok(text.startsWith(crew.role(like).text), `${name} begins like ${like}`)
  assert.deepEqual(
    skills.map(({ name }) => name),
    OURS,
  )
  for (const { name, says } of skills) assert.match(says, /^[A-Z].{20,98}$/, name)
})

test('skills of the operator come last; a folder that is not there holds none; missing rules are named', async (t) => {
  const theirs = await operators(t, {
    'skills/web-page.md': '# Our pages\n\nAll of them are blue.\n',
    'skills/Not A Name.md': 'x',
    'skills/notes.txt': 'x',
    'empty/notes.txt': 'x',
  })
  const { skills, roles } = await readPrompts(PROMPTS, theirs)
  const last = { name: 'web-page', says: 'Our pages', text: '# Our pages\n\nAll of them are blue.' }
  assert.deepEqual([skills.length, skills.at(-1)], [4, last])
  assert.deepEqual(roles, (await readPrompts(PROMPTS)).roles)
  await assert.rejects(readPrompts(join(theirs.folder, 'empty')), /rules\.md/)
})

test('an operator changes a role, adds a role and says more of a kind of work, with files alone', async (t) => {
  const theirs = await operators(t, {
    'prompts/tester/role.md': '---\ntier: small\n---\n',
    'prompts/coder/build.md': 'Ours are blue.',
    'prompts/translator/role.md':
      '---\nsays: translates texts\nlike: coder\ntools: read, write, finish\n---\nTranslate.',
    'prompts/.git/role.md': 'x',
    'prompts/README.md': 'What stands here is no role.',
    'prompts/tester/notes.txt': 'x',
  })
  const crew = buildCrew((await readPrompts(PROMPTS, theirs)).roles, TOOLS)
  assert.equal(crew.role('tester').tier, 'small')
  assert.match(crew.role('tester').text, /You are the tester/)
  assert.deepEqual(
    [crew.role('coder').kinds.build, crew.role('frontend').kinds.build],
    ['Ours are blue.', 'Ours are blue.'],
  )
  const translator = crew.role('translator')
  assert.deepEqual([translator.tools, translator.tier], [['read', 'write', 'finish'], 'main'])
  assert.match(translator.text, /^You are the coder[\s\S]*Translate\.$/)
})

test('a mistake of the operator’s names the file as it lies on the disk', async (t) => {
  const theirs = await operators(t, {
    'prompts/translator/role.md': '---\nsays: translates\ntools: fly\n---\nTranslate.',
  })
  const { roles } = await readPrompts(PROMPTS, theirs)
  const path = join(theirs.prompts, 'translator', 'role.md')
  assert.throws(
    () => buildCrew(roles, TOOLS),
    (error) => error instanceof Error && error.message.startsWith(`${path}: `),
  )
})
