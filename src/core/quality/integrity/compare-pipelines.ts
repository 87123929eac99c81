// Continuous integration and make files as they were and as they are: whether the checks that they ran still run and still count.
import { compareCommands, runsChecks } from './compare-commands.ts'
import { weakening } from './compare-tests.ts'
import type { ChangedFile, Weakening } from '../weakening.ts'

const PIPELINE =
  /(?:^|\/)(?:\.github\/workflows\/[^/]+\.ya?ml|\.gitlab-ci\.ya?ml|\.circleci\/config\.ya?ml|azure-pipelines\.ya?ml|\.travis\.ya?ml|bitbucket-pipelines\.ya?ml|\.drone\.ya?ml|\.woodpecker\.ya?ml|Jenkinsfile|appveyor\.ya?ml|cloudbuild\.ya?ml|\.buildkite\/[^/]+\.ya?ml|(?:GNU)?[Mm]akefile|[Jj]ustfile|Taskfile\.ya?ml|\.pre-commit-config\.yaml|lefthook\.ya?ml|\.husky\/[\w-]+|\.ci\/[\w.-]+|\.gitea\/workflows\/[^/]+\.ya?ml|\.forgejo\/workflows\/[^/]+\.ya?ml)$/

/** A pipeline with more commands that changed is compared as far as this. */
const MOST_COMPARED = 300
const WORD_CHARACTERS = 1_000

export function isPipeline(path: string): boolean {
  return PIPELINE.test(path)
}

const MILDER =
  /^\s*(?:-\s*)?(?:continue-on-error|allow_failure|allow_failures|ignore_errors|ignore_error|continueOnError|soft_fail)\s*:\s*(?:true|yes|on)\b|^\s*(?:-\s*)?if\s*:\s*['"]?(?:\$\{\{\s*)?(?:false|0)\b|^\s*when\s*:\s*(?:never|manual)\b|^\s*enabled\s*:\s*false|catchError|^\s*(?:CI_SKIP|SKIP)\s*:/

export function comparePipeline({ path, before, after }: ChangedFile): readonly Weakening[] {
  if (before === null) return []
  const checks = commandsOf(before).filter(({ text }) => runsChecks(text))
  if (after === null)
    return checks.length === 0
      ? []
      : [
          weakening(
            path,
            1,
            'removed-pipeline',
            'The file that ran the checks is gone.',
            checks.map(({ text }) => text).join('\n'),
            '',
          ),
        ]
  const found: Weakening[] = []
  const [was, is] = [linesOf(before), linesOf(after)]
  const known = new Set(was.map(({ text }) => text))
  const come = is.filter(({ text }) => !known.has(text))
  const now = commandsOf(after)
  const [had, has] = [countsOf(checks), countsOf(now)]
  const gone = checks.filter(({ text }) => (has.get(text) ?? 0) < (had.get(text) ?? 0))
  const commands = new Set(was.map(({ text }) => commandIn(text)))
  const candidates = now.filter(({ text }) => !commands.has(text)).slice(0, MOST_COMPARED)
  for (const { text } of gone.slice(0, MOST_COMPARED)) {
    const other = mostLike(text, candidates)
    const change = compareCommands(text, other?.text ?? '')
    if (change !== null)
      found.push(weakening(path, other?.at ?? 1, change.rule, change.message, text, other?.text ?? ''))
  }
  for (const { text, at } of come) {
    if (MILDER.test(text))
      found.push(
        weakening(
          path,
          at,
          'pipeline-ignores-failures',
          'The pipeline goes on whatever its checks find, or leaves them out.',
          '',
          text.trim(),
        ),
      )
    // Make ignores what fails behind a dash.
    else if (path.endsWith('akefile') && /^\t-\s*\S/.test(text) && runsChecks(commandIn(text)))
      found.push(
        weakening(path, at, 'ignored-exit-code', 'The command passes now whatever its checks find.', '', text.trim()),
      )
  }
  return found
}

type Line = { readonly text: string; readonly at: number }

function linesOf(text: string): readonly Line[] {
  return text
    .split('\n')
    .flatMap((line, index) => (/^\s*#|^\s*$/.test(line) ? [] : [{ text: line.trimEnd(), at: index + 1 }]))
}

function commandsOf(text: string): readonly Line[] {
  return linesOf(text).map(({ text: line, at }) => ({ text: commandIn(line), at }))
}

function commandIn(line: string): string {
  return line
    .trim()
    .replace(/^-\s+/, '')
    .replace(/^[\w-]+:\s*[|>]?-?\s*(?=\S)/, '')
    .replace(/^[@-]+/, '')
    .replace(/^["'](.*)["']$/, '$1')
    .trim()
}

function countsOf(lines: readonly Line[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const { text } of lines) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

/** The first of those that share most words with it; undefined where none shares any. */
function mostLike(text: string, lines: readonly Line[]): Line | undefined {
  const words = new Set(wordsOf(text))
  let [best, most]: [Line | undefined, number] = [undefined, 0]
  for (const line of lines) {
    const shared = wordsOf(line.text).filter((word) => word.length > 1 && words.has(word)).length
    if (shared > most) [best, most] = [line, shared]
  }
  return best
}

function wordsOf(text: string): readonly string[] {
  return text.slice(0, WORD_CHARACTERS).split(/\s+/)
}
