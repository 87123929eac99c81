// The prompts as they lie in the repository, and the skills that an operator adds.
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { readPrompts } from '../../src/adapters/prompts/directory.ts'
import { PROMPT_NAMES } from '../../src/core/crew/prompts.ts'

const PROMPTS = fileURLToPath(new URL('../../prompts', import.meta.url))

test('every role has its words, and every skill of ours says in its first line what it is about', async () => {
  const { rules, roles, skills } = await readPrompts(PROMPTS)
  assert.match(rules, /material/)
  for (const name of PROMPT_NAMES) assert.ok(roles[name].length > 100, name)
  assert.deepEqual(
    skills.map(({ name }) => name),
    ['command-line', 'http-api', 'web-page'],
  )
  for (const { name, says } of skills) assert.match(says, /^[A-Z].{20,98}$/, name)
})

test('skills of the operator come last; a folder that is not there holds none; a missing prompt is named', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'prompts-'))
  t.after(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'web-page.md'), '# Our pages\n\nAll of them are blue.\n')
  await writeFile(join(folder, 'Not A Name.md'), 'x')
  await writeFile(join(folder, 'notes.txt'), 'x')
  await mkdir(join(folder, 'empty'))
  const { skills } = await readPrompts(PROMPTS, folder)
  const last = { name: 'web-page', says: 'Our pages', text: '# Our pages\n\nAll of them are blue.' }
  assert.deepEqual([skills.length, skills.at(-1)], [4, last])
  assert.equal((await readPrompts(PROMPTS, join(folder, 'nowhere'))).skills.length, 3)
  await assert.rejects(readPrompts(join(folder, 'empty')), /rules\.md/)
})
