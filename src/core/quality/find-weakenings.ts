// Whether a change makes the tests milder that the work has to pass: everything that tells so, from the files as they were and as they are.
import { compareIgnores } from './integrity/compare-ignores.ts'
import { comparePipeline, isPipeline } from './integrity/compare-pipelines.ts'
import { compareScripts, isScript } from './integrity/compare-scripts.ts'
import { compareSettings, isSettings } from './integrity/compare-settings.ts'
import { compareTests, weakening } from './integrity/compare-tests.ts'
import { isCollected, isForeign, isTestCode, languageOf } from './integrity/languages.ts'
import { readTests } from './integrity/read-tests.ts'
import type { ReadTests } from './integrity/read-tests.ts'
import type { ChangedFile, Weakening } from './weakening.ts'

/** Longer test files are not read; that one became too long is told of. */
const MOST_CHARACTERS = 500_000
const MOST_FILES = 2_000

/**
 * Takes all changed files of a change at once, since tests move between them; files that did not change add nothing. By file and line.
 * Pure, and never throws, whatever the files hold. The same change gives the same findings.
 */
export function findWeakenings(changes: readonly ChangedFile[]): readonly Weakening[] {
  const own = changes.filter(({ path, before, after }) => before !== after && !isForeign(path))
  const files = own.slice(0, MOST_FILES)
  const found = [
    ...compareTests({ before: files.flatMap(testsBefore), after: files.flatMap(testsAfter) }),
    ...files.flatMap(unreadable),
    ...files.filter(({ path }) => isSettings(path)).flatMap(compareSettings),
    ...files.filter(({ path }) => isPipeline(path)).flatMap(comparePipeline),
    ...files.filter(({ path }) => isScript(path)).flatMap(compareScripts),
    ...compareIgnores(files),
    ...files.flatMap(snapshots),
    ...files.flatMap(standIns),
  ]
  return found.toSorted(
    (one, other) => compareText(one.file, other.file) || one.line - other.line || compareText(one.rule, other.rule),
  )
}

/** Whether a change of this path can be a weakening: what need not be read where it can't. In doubt: yes. */
export function mayWeaken(path: string): boolean {
  return (
    !isForeign(path) &&
    (languageOf(path) !== null ||
      isSettings(path) ||
      isPipeline(path) ||
      isScript(path) ||
      /\.(?:snap|html|css|sh|sql|ya?ml)$/.test(path))
  )
}

function testsBefore({ path, before }: ChangedFile): readonly ReadTests[] {
  return before === null ? [] : testsOf(path, before)
}

function testsAfter({ path, after }: ChangedFile): readonly ReadTests[] {
  return after === null ? [] : testsOf(path, after)
}

function testsOf(path: string, text: string): readonly ReadTests[] {
  const language = languageOf(path)
  return language === null || !isTestCode(path) || text.length > MOST_CHARACTERS
    ? []
    : [readTests(path, text, language)]
}

function unreadable({ path, before, after }: ChangedFile): readonly Weakening[] {
  if (!isCollected(path) || before === null || after === null) return []
  if (before.length > MOST_CHARACTERS || after.length <= MOST_CHARACTERS) return []
  return [weakening(path, 1, 'unreadable-tests', 'The test file has become too long to be compared.', '', '')]
}

/** Python looks in the project before it looks among its own: whatever has a runner's name is the runner. */
const STANDS_IN =
  /^(?:[^/]+\/){0,2}(?:sitecustomize|usercustomize|pytest|_pytest|pluggy|unittest|runpy|importlib|site)(?:\/__init__|\/__main__)?\.py$/

function standIns({ path, after }: ChangedFile): readonly Weakening[] {
  if (after === null || !STANDS_IN.test(path)) return []
  return [weakening(path, 1, 'other-runner', 'This file runs instead of Python’s own, or before all tests.', '', path)]
}

function snapshots({ path, before, after }: ChangedFile): readonly Weakening[] {
  if (!/(?:^|\/)__snapshots__\/|\.snap$|(?:^|\/)__image_snapshots__\//.test(path) || before === null) return []
  if (after === null)
    return [
      weakening(
        path,
        1,
        'removed-snapshot',
        'What was expected is gone: whatever comes next is taken for right.',
        '',
        '',
      ),
    ]
  return [weakening(path, 1, 'changed-expectation', 'A recorded expectation was changed.', '', '', 'note')]
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
