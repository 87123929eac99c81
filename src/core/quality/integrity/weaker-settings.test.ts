// What makes scripts, settings and pipelines milder is found.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { at, errors, manifest } from './sample-tests.ts'
import type { Sample } from './sample-tests.ts'

const WEAKER: readonly Sample[] = [
  [
    'the test script passes always',
    ...at('package.json', manifest({ test: 'node --test' }), manifest({ test: 'node --test || true' })),
    ['ignored-exit-code'],
  ],
  [
    'the test script is gone',
    ...at('package.json', manifest({ test: 'vitest run' }), manifest({})),
    ['removed-check-command'],
  ],
  [
    'the test script only speaks',
    ...at('package.json', manifest({ test: 'vitest run' }), manifest({ test: 'echo ok' })),
    ['removed-check-command'],
  ],
  [
    'the test script names one file',
    ...at('package.json', manifest({ test: 'node --test' }), manifest({ test: 'node --test a.test.js' })),
    ['narrowed-command'],
  ],
  [
    'the types are checked no more',
    ...at('package.json', manifest({ test: 'tsc --noEmit && vitest run' }), manifest({ test: 'vitest run' })),
    ['removed-check-command'],
  ],
  [
    'tests are left out by name',
    ...at('package.json', manifest({ test: 'jest' }), manifest({ test: 'jest --testPathIgnorePatterns add' })),
    ['narrowed-command'],
  ],
  [
    'jest is told to leave tests out',
    ...at(
      'package.json',
      manifest({ test: 'jest' }),
      manifest({ test: 'jest' }, { jest: { testPathIgnorePatterns: ['add'] } }),
    ),
    ['tests-left-out'],
  ],
  [
    'a coverage threshold is lower',
    ...at(
      'vitest.config.ts',
      'export default { test: { coverage: { thresholds: {\n lines: 90\n} } } }\n',
      'export default { test: { coverage: { thresholds: {\n lines: 10\n} } } }\n',
    ),
    ['lowered-threshold'],
  ],
  [
    'strict is off',
    ...at(
      'tsconfig.json',
      '{\n  "compilerOptions": {\n    "strict": true\n  }\n}\n',
      '{\n  "compilerOptions": {\n    "strict": false\n  }\n}\n',
    ),
    ['types-less-strict'],
  ],
  [
    'strict is gone',
    ...at(
      'tsconfig.json',
      '{\n  "compilerOptions": {\n    "strict": true,\n    "target": "es2023"\n  }\n}\n',
      '{\n  "compilerOptions": {\n    "target": "es2023"\n  }\n}\n',
    ),
    ['types-less-strict'],
  ],
  [
    'tsconfig leaves the tests out',
    ...at(
      'tsconfig.json',
      '{\n  "compilerOptions": {}\n}\n',
      '{\n  "compilerOptions": {},\n  "exclude": ["src/a.ts"]\n}\n',
    ),
    ['files-left-out'],
  ],
  [
    'pytest deselects',
    ...at('pytest.ini', '[pytest]\naddopts = -q\n', '[pytest]\naddopts = -q --deselect test_calc.py::test_add\n'),
    ['tests-left-out'],
  ],
  [
    'conftest leaves a file out',
    ...at('conftest.py', 'import pytest\n', 'import pytest\ncollect_ignore = ["test_calc.py"]\n'),
    ['tests-left-out', 'new-skip'],
  ],
  [
    'a rule of the linter is off',
    ...at(
      '.oxlintrc.json',
      '{\n  "rules": {\n    "no-undef": "error"\n  }\n}\n',
      '{\n  "rules": {\n    "no-undef": "off"\n  }\n}\n',
    ),
    ['rule-switched-off'],
  ],
  [
    'a fail_under is lower',
    ...at('.coveragerc', '[report]\nfail_under = 90\n', '[report]\nfail_under = 20\n'),
    ['lowered-threshold'],
  ],
  ['eslint-disable', ...at('src/a.js', 'use(x)\n', '// eslint-disable-next-line no-undef\nuse(x)\n'), ['new-ignore']],
  ['@ts-nocheck', ...at('src/a.ts', 'use(x)\n', '// @ts-nocheck\nuse(x)\n'), ['new-ignore']],
  [
    'type: ignore and noqa',
    ...at('src/a.py', 'use(x)\nuse(y)\n', 'use(x)  # type: ignore\nuse(y)  # noqa: F821\n'),
    ['new-ignore', 'new-ignore'],
  ],
  [
    'CI does not test',
    ...at(
      '.github/workflows/ci.yml',
      'jobs:\n  a:\n    steps:\n      - run: npm ci\n      - run: npm test\n',
      'jobs:\n  a:\n    steps:\n      - run: npm ci\n',
    ),
    ['removed-check-command'],
  ],
  [
    'CI goes on',
    ...at(
      '.github/workflows/ci.yml',
      'jobs:\n  a:\n    steps:\n      - run: npm test\n',
      'jobs:\n  a:\n    steps:\n      - run: npm test\n        continue-on-error: true\n',
    ),
    ['pipeline-ignores-failures'],
  ],
  [
    'CI passes always',
    ...at(
      '.github/workflows/ci.yml',
      'jobs:\n  a:\n    steps:\n      - run: npm test\n',
      'jobs:\n  a:\n    steps:\n      - run: npm test || true\n',
    ),
    ['ignored-exit-code'],
  ],
  ['make passes always', ...at('Makefile', 'test:\n\tpytest\n', 'test:\n\t-pytest\n'), ['ignored-exit-code']],
]

for (const [title, before, after, rules] of WEAKER) {
  test(`weaker: ${title}`, () => {
    const found = errors(before, after)
    assert.deepEqual(found.map(({ rule }) => rule).toSorted(), (rules ?? []).toSorted(), JSON.stringify(found, null, 1))
    for (const { line, file } of found) assert.ok(line >= 1 && file !== '')
  })
}
