// Puts proposed fixes into texts: only where the expected code stands, never twice in one place, and byte for byte nothing else.
import type { FixSuggestion } from '../vocabulary/healing.ts'
import { MOST_CODE_CHARACTERS, MOST_FIXES } from './analysis-schema.ts'
import { fixPath } from './fix-path.ts'
import type { Located } from './locate-code.ts'
import { locateCode } from './locate-code.ts'
import type { Line } from './text-lines.ts'
import { linesOf, textOf, withLineFeeds } from './text-lines.ts'

export type RefusedFix = { readonly fix: FixSuggestion; readonly reason: string }

export type AppliedFixes = {
  /** The files that are different now, whole. */
  readonly changed: ReadonlyMap<string, string>
  /** Those that were applied, with the line that they were really found on. */
  readonly applied: readonly {
    readonly fix: FixSuggestion
    readonly path: string
    readonly line: number
    readonly moved: boolean
  }[]
  readonly refused: readonly RefusedFix[]
}

/** Why a file can't be changed, one clause; null where it can. */
export type MayChange = (path: string, before: string, after: string) => string | null

const MOST_CHARACTERS = 1_000_000

type Found = { readonly fix: FixSuggestion; readonly path: string; readonly at: Located }

/**
 * `read` gives a file's text, or why it can't be changed. Line numbers are those of the files as they are before any of the fixes. Of
 * fixes that overlap the first counts. A file whose change `mayChange` refuses stays as it is, with all of its fixes refused.
 */
export function applyFixes(
  fixes: readonly FixSuggestion[],
  read: (path: string) => { readonly text: string } | { readonly problem: string },
  mayChange: MayChange = () => null,
): AppliedFixes {
  const refused: RefusedFix[] = []
  const found = new Map<string, Found[]>()
  for (const [index, fix] of fixes.entries()) {
    const result = index < MOST_FIXES ? locate(fix, read) : `more than ${MOST_FIXES} fixes at once`
    if (typeof result === 'string') {
      refused.push({ fix, reason: result })
      continue
    }
    const others = found.get(result.path) ?? []
    const clash = others.find(({ at }) => overlaps(at, result.at))
    if (clash === undefined) found.set(result.path, [...others, result])
    else refused.push({ fix, reason: isSame(clash, result) ? 'it was proposed twice' : 'it overlaps with another fix' })
  }
  const changed = new Map<string, string>()
  const applied: AppliedFixes['applied'][number][] = []
  for (const [path, inFile] of found) {
    const source = read(path)
    if (!('text' in source)) continue
    const after = replaced(source.text, inFile)
    const problem = problemOf(path, source.text, after, mayChange)
    if (problem === null) {
      changed.set(path, after)
      for (const { fix, at } of inFile) applied.push({ fix, path, line: at.line, moved: at.moved })
    } else for (const { fix } of inFile) refused.push({ fix, reason: problem })
  }
  return { changed, applied, refused }
}

function locate(
  fix: FixSuggestion,
  read: (path: string) => { readonly text: string } | { readonly problem: string },
): Found | string {
  const named = fixPath(fix.file)
  if ('problem' in named) return named.problem
  const [current, fixed] = [withLineFeeds(fix.current_code), withLineFeeds(fix.fixed_code)]
  if (current.trim() === '') return 'it does not say what stands there now'
  if (current.length > MOST_CODE_CHARACTERS || fixed.length > MOST_CODE_CHARACTERS) return 'it is too long'
  if (current === fixed) return 'it changes nothing'
  if (fixed.includes('\0')) return 'it is no text'
  const source = read(named.path)
  if ('problem' in source) return source.problem
  if (source.text.length > MOST_CHARACTERS) return 'the file is too large'
  const at = locateCode(withLineFeeds(source.text), fix.line_number, current, fixed)
  if (at.type === 'not_located') return at.reason
  return { fix, path: named.path, at }
}

function overlaps(one: Located, other: Located): boolean {
  return one.start < other.end && other.start < one.end
}

function isSame(one: Found, other: Found): boolean {
  return one.at.start === other.at.start && one.at.end === other.at.end && one.at.fixed === other.at.fixed
}

function problemOf(path: string, before: string, after: string, mayChange: MayChange): string | null {
  if (after === before) return 'it changes nothing'
  if (after.length > MOST_CHARACTERS) return 'the file would become too large'
  if (after.trim() === '') return 'nothing would be left of the file'
  if (!after.isWellFormed()) return 'it is no text'
  return mayChange(path, before, after)
}

/** From the end to the beginning, so that what lies before stays where it was found. */
function replaced(text: string, found: readonly Found[]): string {
  let lines = linesOf(text)
  for (const { at } of found.toSorted((one, other) => other.at.start - one.at.start)) lines = spliced(lines, at)
  return textOf(lines)
}

/** Positions are those in the text with line feeds alone. */
function spliced(lines: readonly Line[], { start, end, fixed }: Located): readonly Line[] {
  const [first, before] = positionOf(lines, start)
  const [last, behind] = positionOf(lines, end)
  const [opening, closing] = [lines[first], lines[last]]
  if (opening === undefined || closing === undefined) throw new Error('A fix lies beyond its file')
  const within = lines.slice(first, last + 1).find((line) => line.end !== '')
  const ending = within?.end ?? lines.find((line) => line.end !== '')?.end ?? '\n'
  const texts = (opening.text.slice(0, before) + fixed + closing.text.slice(behind)).split('\n')
  const put = texts.map((line, index): Line => ({ text: line, end: index === texts.length - 1 ? closing.end : ending }))
  return [...lines.slice(0, first), ...put, ...lines.slice(last + 1)]
}

function positionOf(lines: readonly Line[], offset: number): readonly [number, number] {
  let from = 0
  for (const [index, line] of lines.entries()) {
    if (offset <= from + line.text.length) return [index, offset - from]
    from += line.text.length + 1
  }
  throw new Error('A fix lies beyond its file')
}
