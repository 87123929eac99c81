// What holds for the tree as a whole: sizes, names, first lines, ports, and nothing of one machine in any file.
import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { test } from 'node:test'
import { filesIn, readText, repositoryFiles } from './repository.ts'

const CODE = ['.ts', '.tsx']
const MODULES = filesIn(['src', 'console', 'testkit'], CODE).filter((path) => !path.includes('.test.'))
/** Pieces, so that this file does not break its own rule. The home inside a sandbox is no machine's. */
const MACHINE_PATHS = new RegExp(['(^|[^\\w.])/(work|farm|root|Users|home(?!/user\\b))', '/\\w'].join(''))
const REGISTRY_HOSTS = new RegExp(
  ['registry\\.(npmjs|yarnpkg|npmmirror)', '\\.(org|com)|npm\\.pkg\\.git', 'hub'].join(''),
)
const LOOSE = new RegExp(['\\bas unknown', ' as\\b|@ts-(ignore', '|nocheck)|\\bas any\\b'].join(''))
const LEFT_OPEN = new RegExp(['(^|\\s)(//|#|--|<!--|\\*)\\s*(TO', 'DO|FIX', 'ME|XX', 'X)\\b'].join(''))
const EMPTY_NAMES = /(^|-)(utils?|helpers?|common|manager|impl|base|misc|shared)(-|\.|$)/

/** The lines of `paths` that match, as `path:line: text`. */
function offenders(paths: readonly string[], pattern: RegExp): readonly string[] {
  return paths.flatMap((path) =>
    readText(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  )
}

function textFiles(): readonly string[] {
  return repositoryFiles().filter((path) => !/\.(png|jpe?g|gif|webp|ico|woff2?)$/.test(path))
}

test('no file of code has more than 400 lines', () => {
  const long = filesIn(['src', 'console', 'testkit', 'test', 'bench'], [...CODE, '.css'])
    .map((path) => ({ path, lines: readText(path).trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > 400)
  assert.deepEqual(long, [])
})

test('every module opens with a comment on why it exists', () => {
  assert.deepEqual(
    MODULES.filter((path) => !/^(#!.*\n)?(\/\/|\/\*\*?) ?\S/.test(readText(path))),
    [],
  )
})

test('files and folders are named after what they hold', () => {
  const parts = MODULES.filter((path) => path.split('/').some((part) => EMPTY_NAMES.test(part)))
  assert.deepEqual(parts, [])
})

test('types are not forced and nothing is left open', () => {
  assert.deepEqual(offenders(MODULES, LOOSE), [])
  assert.deepEqual(
    offenders(filesIn(['src', 'console', 'testkit', 'test', 'bench', 'migrations'], ['']), LEFT_OPEN),
    [],
  )
})

test('a port has at most ten methods, none of them optional', () => {
  const problems: string[] = []
  for (const path of filesIn(['src/core/ports'], ['.ts'])) {
    for (const [, name, body] of readText(path).matchAll(/^export interface (\w+)[^{]*\{\n(.*?)^\}/gms)) {
      const methods = [...(body ?? '').matchAll(/^ {2}(?:readonly )?(\w+)(\??)(?:<[^(]*>)?(?:\(|: \()/gm)]
      if (methods.length > 10) problems.push(`${path}: ${name} has ${methods.length} methods`)
      for (const [, method, optional] of methods) if (optional !== '') problems.push(`${path}: ${name}.${method}`)
    }
  }
  assert.deepEqual(problems, [])
})

test('no file names a path of one machine or the host of a package registry', () => {
  const files = textFiles().filter((path) => basename(path) !== 'package-lock.json')
  assert.deepEqual(offenders(files, MACHINE_PATHS), [])
  // What sandboxes may reach by default is data of the product, and names such hosts in this one place.
  const others = textFiles().filter((path) => path !== 'src/core/policy/default-policy.ts')
  assert.deepEqual(offenders(others, REGISTRY_HOSTS), [])
})

test('the lock files record versions and hashes, not where they were downloaded from', () => {
  const locks = repositoryFiles().filter((path) => basename(path) === 'package-lock.json')
  assert.ok(locks.includes('package-lock.json'))
  assert.deepEqual(
    locks.filter((path) => readText(path).includes('"resolved"')),
    [],
  )
})

test('the checks themselves bite: each pattern finds what it is there for', () => {
  const planted: readonly (readonly [RegExp, string, string])[] = [
    [MACHINE_PATHS, ['see ', 'home/ada/x'].join('/'), '/workspace and src/home/page.ts'],
    [MACHINE_PATHS, ['cp x ', 'work/build'].join('/'), 'a tmpfs on /tmp of 256 MB'],
    [REGISTRY_HOSTS, ['https://registry', 'npmjs', 'org/x'].join('.'), 'the registry of bots'],
    [LOOSE, ['x as', 'unknown as Y'].join(' '), 'x as Y'],
    [LEFT_OPEN, `// ${['TO', 'DO'].join('')}: later`, 'a todo app'],
    [EMPTY_NAMES, 'string-utils.ts', 'utility-meter.ts'],
  ]
  for (const [pattern, bad, clean] of planted) {
    assert.match(bad, pattern)
    assert.doesNotMatch(clean, pattern)
  }
})
