// Command lines that run checks, as they were and as they are: which of them don't check any more, or not everything.
import { doesNothing } from './compare-scripts.ts'

/** Programs whose work is to find mistakes. */
const CHECKERS =
  /(?:^|[\s;&|("'/])(?:node\s[^;&|]*--test|node --run (?:test|check|lint)|vitest|jest|mocha|ava|tap|tape|uvu|jasmine|karma|cypress|playwright|wtr|bun test|deno (?:test|lint|check)|tsc|vue-tsc|eslint|oxlint|biome|xo|standard|prettier|oxfmt|knip|pytest|py\.test|python3? -m (?:unittest|pytest|mypy)|unittest|nose2?|tox|nox|mypy|pyright|ruff|flake8|pylint|bandit|semgrep|go (?:test|vet)|golangci-lint|staticcheck|cargo (?:test|clippy|nextest|check)|mvnw?|gradlew?|gradle|rspec|rake|rails test|rubocop|phpunit|pest|phpstan|psalm|dotnet test|ctest|make (?:test|check|lint)|(?:npm|pnpm|yarn)(?: run)? (?:test|t|check|lint|typecheck|types|audit)\S*|npx (?:vitest|jest|mocha|eslint|tsc)|c8|nyc|coverage run)(?=$|[\s;&|)"'])/
const HARMLESS =
  /\|\|\s*(?:true|:|exit 0|echo\b|\/bin\/true)|;\s*(?:true|:|exit 0)\s*$|&&\s*exit 0\s*$|\|\s*(?:cat|tee)\b(?!.*pipefail)|\bset \+e\b|--passWithNoTests|--pass-with-no-tests|--allow-empty|--no-error-on-unmatched|--quiet-exit|--exit-zero|--suppress-no-test-exit-code/
const FEWER =
  /--testPathIgnorePatterns|--exclude(?:=|\s)|--ignore(?:-glob)?(?:=|\s)|--deselect|--testNamePattern|--test-name-pattern|--test-skip-pattern|--grep\b|--fgrep\b|\s-g\s|\s-t\s+['"\w]|\s-k[\s='"]|\s-m\s+['"]not\b|--invert\b|--only\b|--test-only|--bail=?0|-skip[\s=]|-run[\s=]|-short\b|--skip\b|--exclude-pattern|--tag\s+~|--shard|--changed\b|--onlyChanged|--lf\b|--last-failed|--co\b|--collect-only|--list(?:Tests)?\b|--no-run\b|-DskipTests|-Dmaven\.test\.skip|-x test\b|--no-verify/
const REWRITES =
  /--updateSnapshot|--update-snapshots?\b|--test-update-snapshots|--snapshot-update|--ci=false|(?:jest|vitest|ava)\b[^&|;]*\s-u\b/

/** Nobody writes a longer command by hand. */
const MOST_CHARACTERS = 4_000

export type CommandChange = { readonly rule: string; readonly message: string }

/** Null where `is` checks as much as `was`, as far as can be told. */
export function compareCommands(was: string, is: string): CommandChange | null {
  if (was.trim() === is.trim()) return null
  if (is.trim() !== '' && doesNothing(is) && !doesNothing(was))
    return { rule: 'removed-check-command', message: 'The command runs no checks any more.' }
  if (!runsChecks(was)) return null
  if (was.length > MOST_CHARACTERS) return null
  if (is.length > MOST_CHARACTERS)
    return { rule: 'unreadable-command', message: 'The command has become too long to be compared.' }
  const added = (pattern: RegExp) => pattern.test(is) && !pattern.test(was)
  if (is.trim() === '') return { rule: 'removed-check-command', message: 'A command that ran checks is gone.' }
  if (added(HARMLESS)) return { rule: 'ignored-exit-code', message: 'The command passes now whatever its checks find.' }
  if (!runsChecks(is) || /^\s*(?:echo|true|:|exit 0)\b[^&;|]*$/.test(is))
    return { rule: 'removed-check-command', message: 'The command runs no checks any more.' }
  if (added(FEWER)) return { rule: 'narrowed-command', message: 'The command leaves out some of its checks now.' }
  if (added(REWRITES))
    return {
      rule: 'rewritten-snapshots',
      message: 'The command writes its expectations anew instead of checking them.',
    }
  const [had, has] = [namedFiles(was), namedFiles(is)]
  if (had === 0 && has > 0 && programOf(was) === programOf(is))
    return {
      rule: 'narrowed-command',
      message: 'The command names the files that it checks now, and leaves out all others.',
    }
  const parts = partsOf(was).filter((part) => CHECKERS.test(part))
  const now = partsOf(is).filter((part) => CHECKERS.test(part))
  const lost = parts.filter((part) => !now.some((one) => programOf(one) === programOf(part)))
  if (lost.length > 0 && now.length < parts.length)
    return { rule: 'removed-check-command', message: `The command does not run ${programOf(lost[0] ?? '')} any more.` }
  return null
}

export function runsChecks(command: string): boolean {
  return CHECKERS.test(command.slice(0, 2_000))
}

function partsOf(command: string): readonly string[] {
  return command.split(/&&|\|\||;|\n/).map((part) => part.trim())
}

function programOf(part: string): string {
  const program =
    CHECKERS.exec(part)?.[0]
      .trim()
      .replace(/^["'(&|;/]+/, '') ?? part
  return program
    .replace(/^(?:npx|npm run|npm|pnpm|yarn|run)\s+/, '')
    .split(/\s+/)
    .slice(0, program.startsWith('go ') || program.startsWith('cargo ') ? 2 : 1)
    .join(' ')
}

function namedFiles(command: string): number {
  return (command.match(/(?:^|\s)(?!-)[\w./-]+\.(?:test|spec)\.\w+|(?:^|\s)[\w/-]*test_\w+\.py\b|::test_\w+/g) ?? [])
    .length
}
