// A role is its files: what they say counts, what they leave out comes from the role that it is like, and a mistake is told in one sentence.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PLAYED_FILES, playedCrew, roleFile } from '../../../test/simulation/played-crew.ts'
import { buildCrew } from './crew-registry.ts'
import { CrewMistake } from './role-file.ts'
import { TOOLS } from './tools/registry.ts'

const head = (...lines: readonly string[]) => `---\n${lines.join('\n')}\n---\n`

test('a specialisation has the tools and models of the role that it is like, and its words behind those', () => {
  const crew = playedCrew([
    roleFile('designer', `${head('says: draws', 'like: frontend')}Draw.`),
    roleFile(
      'reader',
      `${head('says: reads', 'like: coder', 'tier: small', 'tools: read, finish', 'alone: true')}Read.`,
    ),
    roleFile('silent', head('says: is a coder', 'like: coder')),
    roleFile('coder', 'Build.', 'build'),
    roleFile('frontend', 'Build pages.', 'build'),
    roleFile('coder', 'Mend.', 'repair'),
  ])
  const { tools, tier } = crew.role('coder')
  const designer = crew.role('designer')
  assert.deepEqual([designer.tools, designer.tier, designer.like], [tools, tier, 'frontend'])
  assert.equal(designer.text, 'coder\n\nfrontend\n\nDraw.')
  assert.deepEqual(designer.kinds, { build: 'Build pages.', repair: 'Mend.' })
  const reader = crew.role('reader')
  assert.deepEqual([reader.tools, reader.tier, reader.text], [['read', 'finish'], 'small', 'Read.'])
  assert.deepEqual(reader.kinds, { build: 'Build.', repair: 'Mend.' })
  assert.equal(crew.role('silent').text, 'coder')
})

test('who has tools does subtasks, and nobody else', () => {
  const names = playedCrew()
    .subtaskRoles()
    .map(({ name }) => name)
  assert.deepEqual(names, ['backend', 'coder', 'data', 'executor', 'frontend', 'ops', 'tester'])
  assert.throws(() => playedCrew().role('wizard'), /There is no role "wizard" in this crew/)
})

test('what the operator says goes on top, line by line, and words only where there are some', () => {
  const tier = playedCrew([roleFile('tester', head('tier: small'))]).role('tester')
  assert.deepEqual([tier.tier, tier.text, tier.says], ['small', 'tester', 'is the tester'])
  const words = playedCrew([roleFile('tester', 'Test it twice.')]).role('tester')
  assert.deepEqual([words.tier, words.text, words.tools], ['main', 'Test it twice.', tier.tools])
  assert.deepEqual(words.paths, ['prompts/tester/role.md', 'prompts/tester/role.md'])
  const below = playedCrew([roleFile('coder', `${head('tools: read, finish')}Look.`)]).role('ops')
  assert.deepEqual([below.tools, below.text], [['read', 'finish'], 'Look.\n\nops'])
})

test('a mistake names its file, what is wrong and what would be right', () => {
  const said = `${head('says: draws', 'tier: main', 'tools: read, finish')}Draw.`
  const mistakes: readonly (readonly [string, RegExp, string?])[] = [
    [said.replace('read', 'fly'), /^prompts\/x\/role\.md: there is no tool "fly"; there are read, write, .*finish\.$/],
    [said.replace('says: draws\n', ''), /has no line "says: …"/],
    [said.replace('tier: main\n', ''), /has no line "tier: …"/],
    [said.replace('main', 'huge'), /there is no tier "huge"; there are small, main, review\./],
    [said.replace(', finish', ''), /has tools and not "finish"/],
    [said.replace('Draw.', ''), /has no instructions/],
    [said.replace('tier', 'model'), /there is no key "model"; there are says, tier, tools, like, alone\./],
    [said.replace('tier: main', 'tier main'), /"tier main" is no line of the form/],
    [said.replace('tier: main', 'says: again'), /"says" is said twice/],
    [said.replace('draws', 'x'.repeat(101)), /"says" tells in 1 to 100 characters/],
    [said.replace('tier: main', 'like: nobody'), /it is like "nobody", and there is no such role/],
    [said.replace('tier: main', 'like: x'), /"like" goes in a circle: x, x\./],
    [said.replace('tier: main', 'alone: perhaps'), /"alone" is true or false/],
    [said.replace('---\nDraw', 'Draw'), /no second "---" ends it/],
    [`${said}${'x'.repeat(20_000)}`, /is 20005 characters long; 16000 are the most/],
    ['Fly.', /^prompts\/x\/biuld\.md: "biuld" is no kind of work; there are build, /, 'biuld'],
    ['Build.', /there is no role\.md for the role "x"/, 'build'],
  ]
  for (const [text, wanted, name] of mistakes)
    assert.throws(() => playedCrew([roleFile('x', text, name)]), { name: 'CrewMistake', message: wanted })
  for (const name of ['Bad Name', '../up', 'platform', ''])
    assert.throws(() => playedCrew([roleFile(name, said)]), /can't be the name of a role/)
  const circle = [roleFile('a', head('says: a', 'like: b')), roleFile('b', head('says: b', 'like: a'))]
  assert.throws(() => playedCrew(circle), /"like" goes in a circle: a, b, a\./)
})

test('whom the platform needs must be there, and the coder must have tools', () => {
  for (const name of ['router', 'planner', 'coder', 'reviewer', 'analyst', 'assistant']) {
    const others = PLAYED_FILES.filter(({ role }) => role !== name)
    assert.throws(() => buildCrew(others, TOOLS), new RegExp(`the platform needs the ${name}`))
  }
  const others = PLAYED_FILES.filter(({ role }) => role !== 'tester' && role !== 'executor')
  assert.equal(buildCrew(others, TOOLS).subtaskRoles().length, 5)
  assert.throws(() => playedCrew([roleFile('coder', head('tools:'))]), /the coder needs tools/)
})

test('there are so many roles and no more, because every call is told of them', () => {
  const roles = (count: number) =>
    Array.from({ length: count }, (_, number) => roleFile(`role-${number}`, `${head('says: more', 'like: coder')}`))
  assert.equal(playedCrew(roles(28)).roles.length, 40)
  assert.throws(
    () => playedCrew(roles(29)),
    /^CrewMistake: prompts\/role-28\/role\.md: there are 41 roles; 40 are the most\.$/,
  )
})

test('whatever a file says, it makes a crew or a mistake, never anything else', () => {
  const key = fc.constantFrom('says', 'tier', 'tools', 'like', 'alone', 'x', '')
  const value = fc.oneof(fc.string(), fc.constantFrom('coder', 'x', 'y', 'main', 'true', 'read, finish', '[finish]'))
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(key, value).map(([one, other]) => `${one}: ${other}`),
  )
  const file = fc
    .tuple(fc.array(line, { maxLength: 6 }), fc.string({ unit: 'binary' }))
    .map(([lines, text]) => `${head(...lines)}${text}`)
  fc.assert(
    fc.property(file, file, (one, other) => {
      try {
        const crew = playedCrew([roleFile('x', one), roleFile('y', other)])
        for (const role of crew.roles) for (const tool of role.tools) assert.ok(crew.tool(tool) !== undefined)
      } catch (error) {
        assert.ok(error instanceof CrewMistake, String(error))
        assert.match(error.message, /^prompts\/[xy]\/role\.md: /)
      }
    }),
    { numRuns: 300 },
  )
})
