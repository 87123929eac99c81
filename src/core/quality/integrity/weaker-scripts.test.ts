// Scripts and targets that test nothing any more, or less, are found; those that test more, or otherwise, are not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { findWeakenings, mayWeaken } from '../find-weakenings.ts'
import { doesNothing } from './compare-scripts.ts'
import { at, errors, manifest } from './sample-tests.ts'
import type { Sample } from './sample-tests.ts'

const TEST_SH = '#!/bin/sh\nset -e\nsh has.sh tea || { echo "no tea"; exit 1; }\n[ "$(sh count.sh a)" = 1 ]\n'
const MAKE = 'all: build\n\ntest:\n\tsh test.sh\n\tsh more.sh\n\nbuild:\n\tcc main.c\n'
const NOTHING = [
  'true',
  'exit 0',
  ':',
  'echo ok',
  'echo ok && exit 0',
  '/bin/true',
  'node -e ""',
  'sh -c true',
  '[ 1 = 1 ]',
]

const WEAKER: readonly Sample[] = [
  ...NOTHING.map((command): Sample => [
    `a script of their own becomes ${command}`,
    ...at('package.json', manifest({ test: 'sh test.sh' }), manifest({ test: command })),
    ['removed-check-command'],
  ]),
  [
    'a script of their own is gone',
    ...at('package.json', manifest({ test: './run-it-all' }), manifest({})),
    ['removed-check-command'],
  ],
  ['a test script is emptied', ...at('test.sh', TEST_SH, '\n'), ['removed-check-command']],
  [
    'a test script only speaks',
    ...at('run-tests.sh', TEST_SH, '#!/bin/sh\necho passed\nexit 0\n'),
    ['removed-check-command'],
  ],
  ['a test script is gone', ...at('scripts/ci.sh', TEST_SH, null), ['removed-test-file']],
  [
    'a test script ends early',
    ...at('test.sh', TEST_SH, TEST_SH.replace('set -e\n', 'set -e\nexit 0\n')),
    ['removed-assertion'],
  ],
  ['a test script goes on', ...at('test.sh', TEST_SH, TEST_SH.replace('set -e\n', '')), ['ignored-exit-code']],
  ['a test is ignored', ...at('test.sh', TEST_SH, TEST_SH.replace(' = 1 ]', ' = 1 ] || true')), ['ignored-exit-code']],
  ['one of the tests is gone', ...at('tests/a.sh', TEST_SH, TEST_SH.replace(/^\[.*\n/m, '')), ['removed-assertion']],
  [
    'a target checks nothing',
    ...at('Makefile', MAKE, MAKE.replace(/\tsh test.sh\n\tsh more.sh\n/, '\t@true\n')),
    ['removed-check-command'],
  ],
  [
    'a target is empty',
    ...at('Makefile', MAKE, MAKE.replace(/\tsh test.sh\n\tsh more.sh\n/, '')),
    ['removed-check-command'],
  ],
  [
    'a target is gone',
    ...at('Makefile', MAKE, MAKE.replace(/test:\n\tsh test.sh\n\tsh more.sh\n/, '')),
    ['removed-check-command'],
  ],
  ['a recipe of just is idle', ...at('justfile', 'test:\n  ./go\n', 'test:\n  echo ok\n'), ['removed-check-command']],
]

for (const [name, before, now, rules] of WEAKER)
  test(name, () =>
    assert.deepEqual(
      errors(before, now).map(({ rule }) => rule),
      rules,
    ),
  )

const HONEST: readonly (readonly [string, Sample[1], Sample[2]])[] = [
  [
    'a script that tested nothing',
    ...at(
      'package.json',
      manifest({ test: 'echo "Error: no test specified" && exit 1' }),
      manifest({ test: 'echo none' }),
    ),
  ],
  [
    'another program of their own',
    ...at('package.json', manifest({ test: 'sh test.sh' }), manifest({ test: 'bash test.sh' })),
  ],
  [
    'a runner instead of a script',
    ...at('package.json', manifest({ test: 'sh test.sh' }), manifest({ test: 'node --test' })),
  ],
  ['a build that does nothing', ...at('package.json', manifest({ build: 'sh build.sh' }), manifest({ build: 'true' }))],
  ['one more test', ...at('test.sh', TEST_SH, `${TEST_SH}[ -f words.txt ]\n`)],
  ['another expectation', ...at('test.sh', TEST_SH, TEST_SH.replace('= 1', '= 2'))],
  ['an end that says that all is well', ...at('test.sh', TEST_SH, `${TEST_SH}echo ok\nexit 0\n`)],
  ['a new script', { 'test.sh': null }, { 'test.sh': 'true\n' }],
  ['a script that is no test', ...at('deploy.sh', TEST_SH, 'true\n')],
  [
    'a target that has others made',
    ...at(
      'Makefile',
      MAKE,
      `${MAKE.replace(/test:\n\tsh test.sh\n\tsh more.sh\n/, 'test: unit e2e\n')}\nunit:\n\tsh test.sh\n`,
    ),
  ],
  ['another recipe', ...at('Makefile', MAKE, MAKE.replace('sh more.sh', 'sh all.sh'))],
  ['what is built otherwise', ...at('Makefile', MAKE, MAKE.replace('cc main.c', 'true'))],
]

for (const [name, before, now] of HONEST)
  test(`${name} is no weakening`, () => assert.deepEqual(errors(before, now), []))

test('whatever has a way to fail does something', () => {
  for (const command of [
    'sh test.sh',
    'true && sh test.sh',
    'echo ok; ./check',
    'test -f a',
    '[ -n "$A" ]',
    'echo a | grep b',
  ])
    assert.equal(doesNothing(command), false, command)
  for (const command of ['', '# nothing', ...NOTHING]) assert.equal(doesNothing(command), true, command)
})

test('any two texts: it answers, and the same texts are no change', () => {
  const line = fc.constantFrom(
    'test:',
    '\tsh a',
    'exit 0',
    'exit 1',
    'set -e',
    'true',
    '',
    '# a',
    'unit e2e: test',
    '\t@-true',
    ': =',
  )
  const text = fc.array(line).map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(fc.constantFrom('test.sh', 'Makefile', 'a.mk', 'package.json'), text, text, (path, before, after) => {
      assert.ok(path === 'package.json' || mayWeaken(path))
      findWeakenings([{ path, before, after }])
      assert.deepEqual(findWeakenings([{ path, before, after: before }]), [])
    }),
  )
})
