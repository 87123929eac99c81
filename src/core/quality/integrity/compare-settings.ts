// What steers tests, types and linters, as it was and as it is: scripts, thresholds, what is left out, what is switched off.
import { compareCommands, runsChecks } from './compare-commands.ts'
import { doesNothing } from './compare-scripts.ts'
import { weakening } from './compare-tests.ts'
import type { ChangedFile, Weakening } from '../weakening.ts'

const SETTINGS =
  /(?:^|\/)(?:package\.json|[jt]sconfig[^/]*\.json|(?:vitest|vite|jest|playwright|cypress|karma|ava|mocha|wdio|babel|nyc|c8|knip|eslint|biome|oxlint|prettier|xo|stryker)\b[^/]*\.(?:[cm]?[jt]s|json|jsonc|ya?ml)|\.(?:mocharc|nycrc|c8rc|eslintrc|oxlintrc|taprc|babelrc|swcrc)[^/]*|\.eslintignore|\.prettierignore|pytest\.ini|tox\.ini|setup\.cfg|pyproject\.toml|mypy\.ini|\.mypy\.ini|\.?ruff\.toml|\.flake8|\.pylintrc|\.coveragerc|\.bandit|pyrightconfig\.json|conftest\.py|noxfile\.py|Cargo\.toml|clippy\.toml|\.golangci\.ya?ml|pom\.xml|build\.gradle(?:\.kts)?|phpunit\.xml(?:\.dist)?|phpstan\.neon(?:\.dist)?|\.npmrc|bunfig\.toml|\.rspec|\.rubocop\.yml|Rakefile|codecov\.yml|\.codecov\.yml|\.semgrepignore)$/

export function isSettings(path: string): boolean {
  return SETTINGS.test(path)
}

export function compareSettings(file: ChangedFile): readonly Weakening[] {
  const { path, before, after } = file
  if (before === null)
    return lineFindings(
      path,
      '',
      after ?? '',
      LINE_RULES.filter(({ inNew }) => inNew === true),
    )
  if (after === null) return goneSettings(path, before)
  const found = /(?:^|\/)package\.json$/.test(path) ? scriptFindings(path, before, after) : []
  return [...found, ...lineFindings(path, before, after), ...thresholdFindings(path, before, after)]
}

/** Settings that only ever make checks stricter: without them less is found. */
function goneSettings(path: string, before: string): readonly Weakening[] {
  if (/conftest\.py$|ignore$|package\.json$/.test(path)) return []
  return [weakening(path, 1, 'removed-settings', 'The settings of a check are gone.', before.trim().slice(0, 200), '')]
}

const CHECK_SCRIPT =
  /^(?:pre|post)?(?:test|check|lint|types?|typecheck|type-check|ci|verify|validate|coverage|e2e|unit|integration|audit)(?:$|[:.-])/

function scriptFindings(path: string, before: string, after: string): readonly Weakening[] {
  const [was, is] = [scriptsOf(before), scriptsOf(after)]
  // What can't be read is a failure of its own.
  if (was === null || is === null) return []
  return Object.entries(was).flatMap(([name, command]) => {
    if (!CHECK_SCRIPT.test(name) && !runsChecks(command)) return []
    const now = Object.hasOwn(is, name) ? (is[name] ?? '') : ''
    const line = lineOf(after, `"${name}"`)
    if (now === '' && runsChecks(command) && !Object.values(is).includes(command))
      return [weakening(path, line, 'removed-check-command', `The script "${name}" is gone.`, command, '')]
    if (now === '')
      return name === 'test' && !doesNothing(command)
        ? [weakening(path, line, 'removed-check-command', 'The script "test" is gone.', command, '')]
        : []
    const change = compareCommands(command, now)
    return change === null
      ? []
      : [weakening(path, line, change.rule, `The script "${name}": ${change.message}`, command, now)]
  })
}

function scriptsOf(text: string): Readonly<Record<string, string>> | null {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return null
    const scripts: unknown = 'scripts' in parsed ? parsed.scripts : {}
    if (typeof scripts !== 'object' || scripts === null) return {}
    return Object.fromEntries(
      Object.entries(scripts).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    )
  } catch {
    return null
  }
}

function lineOf(text: string, part: string): number {
  const at = text.indexOf(part)
  return at === -1 ? 1 : text.slice(0, at).split('\n').length
}

type LineRule = {
  readonly files: RegExp
  readonly line: RegExp
  readonly rule: string
  readonly message: string
  /** Of a line that is gone instead of one that came. */
  readonly gone?: true
  /** Says as much in a file that was not there: nobody begins with it who means to test. */
  readonly inNew?: true
}

const STRICT =
  'strict|noImplicitAny|strictNullChecks|strictFunctionTypes|strictBindCallApply|strictPropertyInitialization|noImplicitThis|useUnknownInCatchVariables|alwaysStrict|noUncheckedIndexedAccess|exactOptionalPropertyTypes|noImplicitReturns|noFallthroughCasesInSwitch|noUnusedLocals|noUnusedParameters|noPropertyAccessFromIndexSignature|checkJs|noEmitOnError|noImplicitOverride'

/** Each for one line that came (or went); what stands on other lines than before is found as it was. */
const LINE_RULES: readonly LineRule[] = [
  {
    files: /\.npmrc$/,
    line: /^\s*(?:script[-_]shell|node[-_]options|ignore[-_]scripts|prefix|shell|globalconfig|userconfig)\s*=/i,
    rule: 'other-runner',
    message: 'npm runs scripts by something else, with other options, or not all of them.',
    inNew: true,
  },
  {
    files: /bunfig\.toml$/,
    line: /^\s*preload\s*=/,
    rule: 'other-runner',
    message: 'Something else runs before the tests.',
    inNew: true,
  },
  {
    files: /[jt]sconfig[^/]*\.json$/,
    line: new RegExp(`"(?:${STRICT})"\\s*:\\s*false`),
    rule: 'types-less-strict',
    message: 'The types are checked less strictly.',
  },
  {
    files: /[jt]sconfig[^/]*\.json$/,
    line: new RegExp(`"(?:${STRICT})"\\s*:\\s*true`),
    rule: 'types-less-strict',
    message: 'The types are checked less strictly.',
    gone: true,
  },
  {
    files: /\.(?:toml|ini|cfg)$|\.flake8$/,
    line: /^\s*(?:strict|disallow_untyped_defs|disallow_any_\w+|check_untyped_defs|warn_return_any|no_implicit_optional|strict_optional|xfail_strict|warn_unused_ignores)\s*=\s*[Ff]alse/,
    rule: 'types-less-strict',
    message: 'Python is checked less strictly.',
  },
  {
    files: /\.(?:toml|ini|cfg)$|\.flake8$/,
    line: /^\s*(?:strict|disallow_untyped_defs|check_untyped_defs|xfail_strict)\s*=\s*[Tt]rue|--strict\b/,
    rule: 'types-less-strict',
    message: 'Python is checked less strictly.',
    gone: true,
  },
  {
    files: /\.(?:toml|ini|cfg)$/,
    line: /^\s*(?:ignore_errors|follow_imports\s*=\s*"?skip|ignore_missing_imports)\b/,
    rule: 'types-less-strict',
    message: 'Mistakes of types are ignored.',
  },
  {
    files: /pytest\.ini|tox\.ini|setup\.cfg|pyproject\.toml/,
    line: /--deselect|--ignore(?:-glob)?\b|(?:^|[\s"'[,])-k[\s"'=]|-m\s+["']?not\b|-p\s+no:|--no-cov\b|--exitfirst=?0|--co\b|--collect-only|--setup-(?:only|plan)|--fixtures\b|--lf\b|--last-failed|--stepwise/,
    rule: 'tests-left-out',
    message: 'pytest is told to leave tests out.',
    inNew: true,
  },
  {
    files: /pytest\.ini|tox\.ini|setup\.cfg|pyproject\.toml/,
    line: /^\s*(?:norecursedirs|collect_ignore\w*)\s*=/,
    rule: 'tests-left-out',
    message: 'pytest is told to leave tests out.',
  },
  {
    files: /conftest\.py$/,
    line: /\bcollect_ignore(?:_glob)?\b|\bdef\s+pytest_(?:ignore_collect|collection_modifyitems|deselected|runtest_makereport|pyfunc_call|runtest_call|report_teststatus|sessionfinish|runtest_protocol)\b|\bexitstatus\s*=|\.outcome\s*=|pytest\.mark\.skip/,
    rule: 'tests-left-out',
    message: 'conftest.py decides now which tests run, or what becomes of them.',
    inNew: true,
  },
  {
    files: /package\.json$|jest|vitest|vite\.config|mocharc|\.taprc|ava\.config|karma|cypress|playwright|wdio|babel/,
    line: /\b(?:testPathIgnorePatterns|modulePathIgnorePatterns|watchPathIgnorePatterns|testIgnore|excludeSpecPattern|collectCoverageFrom|coveragePathIgnorePatterns|exclude|ignore|ignorePatterns|grepInvert|grep|invert|fgrep)["']?\s*[:=]/,
    rule: 'tests-left-out',
    message: 'The test runner is told to leave files or tests out.',
  },
  {
    files: /package\.json$|jest|vitest|vite\.config|mocharc|ava\.config|playwright/,
    line: /\b(?:passWithNoTests|allowOnly|dangerouslyIgnoreUnhandledErrors|failZero)["']?\s*[:=]\s*true|\bbail["']?\s*:\s*0|\bforbidOnly["']?\s*[:=]\s*false/,
    rule: 'tests-left-out',
    message: 'The test runner passes where it failed before.',
    inNew: true,
  },
  {
    files: /package\.json$|jest|vitest|vite\.config|playwright/,
    line: /\b(?:testMatch|testRegex|include|spec|testDir|roots|dir|projects)["']?\s*[:=]/,
    rule: 'tests-chosen',
    message: 'The test runner looks for its tests elsewhere.',
  },
  {
    files: /[jt]sconfig[^/]*\.json$/,
    line: /"(?:exclude|include|files)"\s*:/,
    rule: 'files-left-out',
    message: 'Other files are type-checked than before.',
  },
  {
    files: /eslint|oxlint|biome|xo\.config/,
    line: /(?<![\w@/-])[\w@/-]+["']?\s*:\s*(?:\[\s*)?(?:["'](?:off|allow|warn|none)["']|0\b)/,
    rule: 'rule-switched-off',
    message: 'A rule of the linter is off, or only warns.',
  },
  {
    files: /eslint|oxlint|biome|xo\.config|prettier/,
    line: /\b(?:ignores|ignorePatterns|ignore|excludedFiles|globalIgnores|includes)\b["']?\s*[:=(]|"enabled"\s*:\s*false|"recommended"\s*:\s*false/,
    rule: 'files-left-out',
    message: 'The linter is told to leave files out.',
  },
  {
    files: /\.(?:eslint|prettier|semgrep)ignore$/,
    line: /\S/,
    rule: 'files-left-out',
    message: 'A check is told to leave files out.',
  },
  {
    files: /pyproject\.toml|ruff\.toml|setup\.cfg|tox\.ini|\.flake8|\.pylintrc|\.bandit/,
    line: /^\s*(?:ignore|extend-ignore|extend_ignore|disable|skips|exclude|extend-exclude|per-file-ignores|omit|exclude_lines|exclude_also)\s*=/,
    rule: 'rule-switched-off',
    message: 'A check is told to leave rules or files out.',
  },
  {
    files: /\.coveragerc|pyproject\.toml|setup\.cfg|nycrc|c8rc/,
    line: /^\s*["']?(?:omit|exclude_lines|exclude_also|exclude)["']?\s*[:=]/,
    rule: 'files-left-out',
    message: 'Less is counted in the coverage.',
  },
  {
    files: /Cargo\.toml$/,
    line: /^\s*(?:test|autotests|doctest|harness)\s*=\s*false/,
    rule: 'tests-left-out',
    message: 'cargo is told to leave tests out.',
  },
  {
    files: /Cargo\.toml$|clippy\.toml/,
    line: /^\s*[\w-]+\s*=\s*(?:"allow"|\{[^}]*"allow")/,
    rule: 'rule-switched-off',
    message: 'A lint is allowed.',
  },
  {
    files: /pom\.xml$/,
    line: /<(?:skipTests|skipITs|testFailureIgnore|maven\.test\.skip|skip)>\s*true|<exclude>/,
    rule: 'tests-left-out',
    message: 'Maven is told to leave tests out, or to pass whatever they find.',
  },
  {
    files: /build\.gradle/,
    line: /ignoreFailures\s*(?:=\s*)?true|\bexclude\b|\benabled\s*=\s*false|failOnNoMatchingTests|filter\s*\{/,
    rule: 'tests-left-out',
    message: 'Gradle is told to leave tests out, or to pass whatever they find.',
  },
  {
    files: /phpunit\.xml/,
    line: /<exclude>|<group>|failOn\w+="false"/,
    rule: 'tests-left-out',
    message: 'PHPUnit is told to leave tests out.',
  },
  {
    files: /phpunit\.xml/,
    line: /<(?:directory|file|testsuite)\b/,
    rule: 'tests-left-out',
    message: 'PHPUnit looks for its tests elsewhere.',
    gone: true,
  },
  {
    files: /\.rspec$/,
    line: /--tag\s+~|--exclude-pattern|--pattern/,
    rule: 'tests-left-out',
    message: 'RSpec is told to leave tests out.',
  },
  {
    files: /phpstan\.neon/,
    line: /ignoreErrors|excludePaths|^\s*-\s*['"#]/,
    rule: 'rule-switched-off',
    message: 'PHPStan is told to leave mistakes out.',
  },
  {
    files: /\.golangci/,
    line: /^\s*(?:disable|exclude\S*|skip-\S+|issues-exit-code|disable-all)\s*:/,
    rule: 'rule-switched-off',
    message: 'A linter is told to leave rules or files out.',
  },
  {
    files: /\.rubocop\.yml/,
    line: /Enabled:\s*false|Exclude:/,
    rule: 'rule-switched-off',
    message: 'A rule of the linter is off.',
  },
]

/** One finding for each rule and line. A list that is spread over lines is found by the words that came into it. */
function lineFindings(
  path: string,
  before: string,
  after: string,
  all: readonly LineRule[] = LINE_RULES,
): readonly Weakening[] {
  const rules = all.filter(({ files }) => files.test(path.slice(path.lastIndexOf('/') + 1)))
  if (rules.length === 0) return []
  const [was, is] = [linesOf(before), linesOf(after)]
  const [come, gone] = [minus(is, was), minus(was, is)]
  const found: Weakening[] = []
  for (const { line, rule, message, gone: isGone } of rules) {
    for (const { text, at } of isGone === true ? gone : come) {
      if (!line.test(text)) continue
      const key = /(?<![\w@/-])([\w@/-]+)["']?\s*[:=]/.exec(text)?.[1] ?? ''
      if (found.length >= MOST_FOUND) break
      const others = (isGone === true ? come : gone).slice(0, MOST_FOUND)
      const other = others.find((one) => key !== '' && one.text.includes(key))?.text ?? ''
      if (isGone === true ? other !== '' : !grows(other, text)) continue
      found.push(
        weakening(
          path,
          isGone === true ? 1 : at,
          rule,
          message,
          isGone === true ? text.trim() : other.trim(),
          isGone === true ? other.trim() : text.trim(),
        ),
      )
    }
  }
  if (found.length === 0 && all === LINE_RULES) found.push(...grownLists(path, come))
  return found.filter(
    (one, index) =>
      found.findIndex((other) => other.line === one.line && other.rule === one.rule && other.before === one.before) ===
      index,
  )
}

const LEAVES_OUT =
  /\b(?:testPathIgnorePatterns|modulePathIgnorePatterns|coveragePathIgnorePatterns|exclude|ignore|ignores|ignorePatterns|testIgnore|omit|norecursedirs|addopts|extend-ignore|per-file-ignores|skips|disable)\b["']?\s*[:=]\s*[[(]?[^\])]*$/

/** Entries that came into a list that began on an earlier line. */
function grownLists(path: string, come: readonly Line[]): readonly Weakening[] {
  return come.flatMap(({ text, at, above }) => {
    if (!/^\s*["'][^"']+["'],?\s*$|^\s+-{1,2}\w|^\s+[\w*./-]+\s*$/.test(text) || !LEAVES_OUT.test(above)) return []
    return [weakening(path, at, 'files-left-out', 'A list of what is left out has grown.', '', text.trim())]
  })
}

/** Whether the newer line has words that the older one lacks; an order of its own, or a shorter list of what is left out, is no loss. */
function grows(was: string, is: string): boolean {
  if (was === '') return !/[:=]\s*(?:\[\s*\]|""|'')\s*,?\s*$/.test(is)
  const known = new Set(was.match(/[\w@*./-]+/g) ?? [])
  return (is.match(/[\w@*./-]+/g) ?? []).some((word) => !known.has(word))
}

/** More than this nobody reads, and a list is not opened further away than this from the end of its line. */
const MOST_FOUND = 500
const OPENER_CHARACTERS = 500

type Line = { readonly text: string; readonly at: number; readonly above: string }

function linesOf(text: string): readonly Line[] {
  let opener = ''
  return text.split('\n').map((line, index) => {
    const above = opener
    if (/[[({]\s*$|[:=]\s*$|=\s*\S/.test(line)) opener = line.slice(-OPENER_CHARACTERS)
    else if (/^\s*[\])}]/.test(line)) opener = ''
    return { text: line, at: index + 1, above }
  })
}

function minus(lines: readonly Line[], others: readonly Line[]): readonly Line[] {
  const known = new Map<string, number>()
  const key = (text: string) => text.trim().replace(/,$/, '')
  for (const { text } of others) known.set(key(text), (known.get(key(text)) ?? 0) + 1)
  return lines.filter(({ text }) => {
    const left = known.get(key(text)) ?? 0
    known.set(key(text), left - 1)
    return left <= 0 && text.trim() !== '' && !/^\s*(?:\/\/|#(?!\[))/.test(text)
  })
}

const THRESHOLD =
  /\b(branches|functions|lines|statements|fail[_-]under|check[_-]?coverage|cov-fail-under|minimum|min_coverage|threshold|minMsi|per_file|maxWarnings|max-warnings|autoUpdate|test-coverage-\w+|target)\b["']?[\s:=]+["']?(-?\d+(?:\.\d+)?|true|false)/g

function thresholdFindings(path: string, before: string, after: string): readonly Weakening[] {
  const [was, is] = [thresholdsOf(before), thresholdsOf(after)]
  return [...was].slice(0, MOST_FOUND).flatMap(([key, { value, text }]) => {
    const now = is.get(key)
    const isMost = /max/i.test(key)
    const line = lineOf(after, now?.text ?? key.split(' ')[0] ?? key)
    if (now === undefined)
      return value === 0
        ? []
        : [weakening(path, line, 'lowered-threshold', `The threshold "${key.split(' ')[0]}" is gone.`, text, '')]
    if (isMost ? now.value <= value : now.value >= value) return []
    return [
      weakening(path, line, 'lowered-threshold', `The threshold "${key.split(' ')[0]}" asks for less.`, text, now.text),
    ]
  })
}

function thresholdsOf(text: string): ReadonlyMap<string, { readonly value: number; readonly text: string }> {
  const found = new Map<string, { value: number; text: string }>()
  const counts = new Map<string, number>()
  for (const match of text.matchAll(THRESHOLD)) {
    const name = match[1] ?? ''
    const nth = (counts.get(name) ?? 0) + 1
    counts.set(name, nth)
    const value = match[2] === 'true' ? 1 : match[2] === 'false' ? 0 : Number(match[2])
    if (/^target$/.test(name) && value > 100) continue
    found.set(nth === 1 ? name : `${name} ${nth}`, { value, text: match[0] })
  }
  return found
}
