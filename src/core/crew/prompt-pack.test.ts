// What every call begins with: complete, the same for the same files, and versioned.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { buildPromptPack } from './prompt-pack.ts'
import type { PromptSources } from './prompts.ts'
import { PROMPT_NAMES, toSkill } from './prompts.ts'

const digest = (text: string) => createHash('sha256').update(text).digest('hex')
const roles = {
  router: 'Route.',
  planner: 'Plan.',
  coder: 'Code.',
  executor: 'Run.',
  tester: 'Test.',
  reviewer: 'Review.',
  assistant: 'Answer.',
}
const knots = { name: 'knots', says: 'Knots that hold', text: 'Knots that hold\n\nTie them twice.' }
const sources: PromptSources = { rules: 'Rules first.', roles, skills: [knots] }
const pack = (more: Partial<PromptSources> = {}, commands: readonly string[] = ['help']) =>
  buildPromptPack({ ...sources, ...more, commands }, digest)

test('each role begins with the rules, then its own words, then the index of everything there is', () => {
  const { systems } = pack()
  for (const name of PROMPT_NAMES) {
    assert.ok(systems[name].startsWith(`Rules first.\n\n${roles[name]}\n\n<index>\n`))
    assert.match(
      systems[name],
      /Agents: router .*coder writes files.*\nTools .*: read, write, edit, .*skill, finish\.\n/,
    )
    assert.match(
      systems[name],
      /Commands people type: \/help\n[\s\S]*- knots: Knots that hold\n[\s\S]*Safety: .*sandbox only.*\n<\/index>$/,
    )
    assert.doesNotMatch(systems[name], /Tie them twice/)
  }
})

test('the version is the same for the same words and another for any other', () => {
  const { version } = pack()
  assert.equal(version, pack().version)
  const others = [
    pack({ rules: 'Others first.' }),
    pack({ roles: { ...roles, tester: 'Test well.' } }),
    pack({ skills: [{ ...knots, text: 'Knots that hold\n\nTie them once.' }] }),
    pack({}, ['help', 'start']),
  ]
  assert.equal(new Set([version, ...others.map((other) => other.version)]).size, 5)
})

test('an operator’s skill of the same name takes the place of ours, and many of them make no long index', () => {
  const mine = { ...knots, says: 'Our knots' }
  assert.deepEqual(pack({ skills: [knots, mine] }).skills, [mine])
  const many = Array.from({ length: 50 }, (_, number) => ({ ...knots, name: `skill-${number}` }))
  assert.match(pack({ skills: many }).systems.coder, /- skill-19: .*\n- and 30 more\n/)
})

test('a skill is a file with a plain name, and says in its first line what it is about', () => {
  assert.deepEqual(toSkill('web', '\n# Web pages\n\nText'), {
    name: 'web',
    says: 'Web pages',
    text: '# Web pages\n\nText',
  })
  assert.equal(toSkill('No Name', 'x'), null)
  assert.equal(toSkill('empty', ' \n'), null)
})
