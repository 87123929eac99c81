import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createWorkbench, FINISH, usualAnswers } from '../../../test/simulation/workbench.ts'
import type { WorkbenchOptions } from '../../../test/simulation/workbench.ts'
import type { RecordedFile } from '../ports/packing.ts'
import { sortOut } from './assembly.ts'

const file = (path: string, text = 'x', type: RecordedFile['type'] = 'file'): RecordedFile => ({
  path,
  type,
  bytes: new TextEncoder().encode(text),
})

test('dependencies, caches and secrets stay behind, and it is said which', () => {
  const mine = ['.env.example', '.github/ci.yml', 'Dockerfile', 'src/env.ts', 'src/index.ts', 'tests/key.pem']
  const theirs = [
    '.env',
    'api/.env.local',
    '.netrc',
    'node_modules/a/index.js',
    'a/__pycache__/b.pyc',
    '.git/config',
    'x.p12',
  ]
  const { taken, leftOut } = sortOut([...theirs, ...mine].map((path) => file(path)))
  assert.deepEqual(
    taken.map(({ path }) => path),
    mine,
  )
  assert.deepEqual(leftOut.map(({ path }) => path).toSorted(), theirs.toSorted())
  assert.match(leftOut.find(({ path }) => path === '.env')?.why ?? '', /secrets/)
})

test('a link is taken only where it stays inside', () => {
  const links: readonly (readonly [string, string, boolean])[] = [
    ['a', 'b', true],
    ['a/b', '../c', true],
    ['a/b', './c/../d', true],
    ['a', '../b', false],
    ['a/b', '../../c', false],
    ['a/b', '../../a/c', false],
    ['a', '/etc/passwd', false],
    ['a', '', false],
    ['a', 'b\\c', false],
    ['a', 'b\n', false],
  ]
  for (const [path, target, stays] of links)
    assert.equal(sortOut([file(path, target, 'link')]).taken.length, stays ? 1 : 0, `${path} -> ${target}`)
})

test('no path leads out of where it is unpacked, whatever it is called', () => {
  const part = fc.constantFrom('..', '.', '', 'a', 'C:', 'b\\c', 'd\u0000', 'é', 'con')
  const path = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'))
  fc.assert(
    fc.property(path, (one) => {
      for (const { path: taken } of sortOut([file(one)]).taken) {
        assert.ok(!/^\/|^[A-Za-z]:|\\|[\u0000-\u001f]/.test(taken), taken)
        assert.ok(
          taken.split('/').every((name) => !['', '.', '..'].includes(name)),
          taken,
        )
      }
    }),
  )
})

test('whatever the order, the same files come out in the same order', () => {
  const files = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,5}(\/[a-z]{1,5}){0,2}$/), { maxLength: 10 })
  fc.assert(
    fc.property(files, (paths) => {
      const [one, other] = [paths, paths.toReversed()].map((list) => sortOut(list.map((path) => file(path))).taken)
      assert.deepEqual(one, other)
    }),
  )
})

function world(tamper?: WorkbenchOptions['tamper']) {
  let turn = 0
  return createWorkbench({
    ...(tamper === undefined ? {} : { tamper }),
    script: {
      object: usualAnswers(),
      chat: () => {
        turn += 1
        if (turn > 2) return { calls: [FINISH] }
        const [path, text] = turn === 1 ? ['index.js', 'export const a = 1\n'] : ['.env', 'A=b\n']
        return { calls: [{ tool: 'write', input: { path, content: text } }] }
      },
    },
  })
}

test('a finished task has its project as one file, once', async () => {
  const bench = world()
  const { id } = await bench.accept()
  await bench.runOnce(id)
  const zips = (await bench.told(id, 'artifact.added')).filter(({ name }) => name === 'project.zip')
  assert.equal(zips.length, 1)
  const [kept] = (await bench.base.artifacts.ofTask(id)).filter(({ name }) => name === 'project.zip')
  assert.equal(kept?.mediaType, 'application/zip')
  const text = new TextDecoder().decode((await bench.base.objects.get(kept?.objectKey ?? '')) ?? new Uint8Array())
  assert.match(text, /^index\.js\nexport const a = 1/)
  const steps = (await bench.told(id, 'step.completed')).filter(({ step }) => step === 'assembly')
  assert.deepEqual(
    steps.map(({ output }) => (output as { readonly left_out: unknown }).left_out),
    [[{ path: '.env', why: 'it holds secrets by custom' }]],
  )
})

test('where it can not be put together, the task ends as it would have, with its other evidence', async () => {
  const bench = world()
  const recorded = () => Promise.reject(new Error('disk on fire'))
  const broken = world(({ packing }) => ({ packing: { ...packing, recorded } }))
  for (const [one, wanted] of [
    [bench, 1],
    [broken, 0],
  ] as const) {
    const { id } = await one.accept()
    await one.runOnce(id)
    const names = (await one.told(id, 'artifact.added')).map(({ name }) => name)
    assert.equal(names.filter((name) => name === 'project.zip').length, wanted)
    assert.ok(names.includes('report.html'))
    assert.equal((await one.task(id)).status, 'completed')
  }
})
