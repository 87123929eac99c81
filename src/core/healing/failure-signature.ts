// What fails, in words that are the same for the same failure: line numbers, times, addresses and places of this run left out.
import type { CheckReport, Finding } from '../vocabulary/check.ts'

export type Failure = {
  readonly check: string
  /** The same failure of the same check has the same key, whenever and wherever it runs. */
  readonly key: string
  readonly file: string | null
  /** The name of the test or the rule; null where there is none. */
  readonly rule: string | null
  /** It says that something could not even be loaded: what else is wrong there is not known yet. */
  readonly hides: boolean
}

const TELLING = /error|fail|not ok|expected|actual|assert|exception|cannot|can't|no such|undefined|unexpected|panic|✖/i
const SUMMARY = /^(?:#|ℹ)?\s*(?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms|ran \d+ tests?)\b/i
const UNLOADED =
  /SyntaxError|IndentationError|TabError|ModuleNotFoundError|ImportError|ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|Cannot find (?:module|package)|error collecting|does not provide an export|ERR_UNKNOWN_FILE_EXTENSION|ERR_INVALID_PACKAGE_CONFIG|build failed|error\[E\d+\]|could not compile|ERR_UNSUPPORTED_DIR_IMPORT|unittest\.loader\._FailedTest|ERR_PACKAGE/
/** A test that is named like a file is the file itself, which did not get as far as its tests. */
const WHOLE_FILE = /\.(?:[cm]?[jt]sx?|py|go|rs)$/
const LINES = 12
const KEY_CHARACTERS = 2_000

/** Without what differs from one run of the same failure to the next. */
export function normalized(text: string): string {
  return text
    .replaceAll('file:///workspace/', '')
    .replaceAll('/workspace/', '')
    .replace(/(?:\/private)?(?:\/var)?\/tmp\/[\w./@+-]*/g, '<temp>')
    .replace(/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?/g, '<time>')
    .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>')
    .replace(/\b0x[0-9a-f]+\b/gi, '<address>')
    .replace(/\bduration_ms:? *\d+(?:\.\d+)?/g, '<duration>')
    .replace(/\b\d+(?:\.\d+)? ?(?:ms|µs|ns|s|sec|secs|seconds?|minutes?)\b/g, '<duration>')
    .replace(/\((\d+):(\d+)\)/g, '(<line>)')
    .replace(/(\.[A-Za-z]\w{0,9}['"]?):\d+(?::\d+)?\b/g, '$1')
    .replace(/\b(lines?|Ln|column|col|position|offset|char(?:acter)?) \d+\b/gi, '$1 <line>')
    .replace(/\b(?:pid|process|node:)\s?\d+\b/gi, '<process>')
    .replace(/\b((?:127\.0\.0\.1|localhost|0\.0\.0\.0|\[::1?\]|:::?):)\d+\b/g, '$1<port>')
    .replace(/[ \t]+/g, ' ')
    .trim()
}

/** Every single failure: each failed finding of a failed check, or the check itself where it names none. Sorted, without repetitions. */
export function failuresOf(checks: readonly CheckReport[]): readonly Failure[] {
  const failures = new Map<string, Failure>()
  for (const check of checks) {
    if (check.status !== 'failed') continue
    const found = (check.findings ?? []).filter(({ severity }) => severity === 'error')
    const all = found.length === 0 ? [ofOutput(check)] : found.map((finding) => ofFinding(check, finding))
    for (const failure of all) failures.set(failure.key, failure)
  }
  return [...failures.values()].toSorted((one, other) => (one.key < other.key ? -1 : 1))
}

/** Two states with one signature fail in the very same way. Empty where nothing fails. */
export function signatureOf(checks: readonly CheckReport[]): string {
  return failuresOf(checks)
    .map(({ key }) => key)
    .join('\n')
}

function ofFinding({ check }: CheckReport, { file, rule, message }: Finding): Failure {
  const said = normalized(message)
  const key = [check, file ?? '', rule === null ? '' : normalized(rule), said].join('|').slice(0, KEY_CHARACTERS)
  return { check, key, file, rule, hides: UNLOADED.test(message) || (rule !== null && WHOLE_FILE.test(rule)) }
}

/** Its telling lines, in an order of their own: programs that run side by side print as it comes. */
function ofOutput({ check, output, reason, exit_code }: CheckReport): Failure {
  const lines = output
    .split('\n')
    .map(normalized)
    .filter((line) => line !== '' && !SUMMARY.test(line))
  const telling = lines.filter((line) => TELLING.test(line))
  const said = [...new Set(telling.length > 0 ? telling : lines.slice(-LINES))].toSorted().slice(0, 4 * LINES)
  const key = [check, normalized(reason ?? ''), String(exit_code), ...said].join('|').slice(0, KEY_CHARACTERS)
  return { check, key, file: null, rule: null, hides: UNLOADED.test(output) }
}
