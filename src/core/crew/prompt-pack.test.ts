// What every call begins with: complete, the same for the same files, and versioned.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { playedCrew, roleFile } from '../../../test/simulation/played-crew.ts'
import { buildPromptPack } from './prompt-pack.ts'
import type { RoleFile } from './prompts.ts'
import { toSkill } from './prompts.ts'

const digest = (text: string) => createHash('sha256').update(text).digest('hex')
const knots = { name: 'knots', says: 'Knots that hold', text: 'Knots that hold\n\nTie them twice.' }
const sources = { rules: 'Rules first.', skills: [knots], commands: ['help'] }
const pack = (more: Partial<typeof sources> = {}, files: readonly RoleFile[] = []) =>
  buildPromptPack({ ...sources, ...more, crew: playedCrew(files) }, digest)

test('each role begins with the rules, then its own words, then the index of everything there is', () => {
  const { system } = pack()
  for (const name of ['router', 'coder', 'executor', 'tester', 'reviewer', 'analyst', 'assistant']) {
    assert.ok(system(name).startsWith(`Rules first.\n\n${name}\n\n<index>\n`))
    assert.match(
      system(name),
      /Agents: .*coder \(backend, data, frontend, ops\) is the coder.*\nTools \(coder, executor, tester\): read, write, edit, .*finish\.\n/,
    )
    assert.match(
      system(name),
      /Commands people type: \/help\n[\s\S]*- knots: Knots that hold\n[\s\S]*Safety: .*sandbox only.*\n<\/index>$/,
    )
    assert.doesNotMatch(system(name), /Tie them twice/)
  }
  assert.throws(() => system('wizard'), /There is no role "wizard" in this crew/)
})

test('the planner alone is told whom it can give work to', () => {
  const { system } = pack({}, [roleFile('designer', '---\nsays: draws\nlike: frontend\n---\nDraw.')])
  assert.match(
    system('planner'),
    /\n\nThe team:\n- backend: is the backend\n- coder: [\s\S]*- designer: draws\n[\s\S]*<index>/,
  )
  assert.doesNotMatch(system('planner'), /^- (router|reviewer|analyst)/m)
  assert.doesNotMatch(system('coder'), /The team/)
})

test('what is said of a kind of work comes last, so that all before it stays the same', () => {
  const files = [roleFile('coder', 'Mend it.', 'repair'), roleFile('ops', 'Mend it carefully.', 'repair')]
  const { system } = pack({}, files)
  assert.equal(system('coder', 'repair'), `${system('coder')}\n\nMend it.`)
  assert.equal(system('coder', 'build'), system('coder'))
  assert.equal(system('coder', null), system('coder'))
  assert.equal(system('frontend', 'repair'), `${system('frontend')}\n\nMend it.`)
  assert.equal(system('ops', 'repair'), `${system('ops')}\n\nMend it carefully.`)
  assert.equal(system('tester', 'repair'), system('tester'))
})

test('the version is the same for the same words and another for any other', () => {
  const { version } = pack()
  assert.equal(version, pack().version)
  const others = [
    pack({ rules: 'Others first.' }),
    pack({}, [roleFile('tester', 'Test well.')]),
    pack({}, [roleFile('tester', 'Test well.', 'build')]),
    pack({ skills: [{ ...knots, text: 'Knots that hold\n\nTie them once.' }] }),
    pack({ commands: ['help', 'start'] }),
  ]
  assert.equal(new Set([version, ...others.map((other) => other.version)]).size, 6)
})

test('an operator’s skill of the same name takes the place of ours, and many of them make no long index', () => {
  const mine = { ...knots, says: 'Our knots' }
  assert.deepEqual(pack({ skills: [knots, mine] }).skills, [mine])
  const many = Array.from({ length: 50 }, (_, number) => ({ ...knots, name: `skill-${number}` }))
  assert.match(pack({ skills: many }).system('coder'), /- skill-19: .*\n- and 30 more\n/)
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
