// The corpus of small broken projects: one file each, with its files, the fault that was planted in them, and what mends it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FixSuggestion } from '../../src/core/vocabulary/healing.ts'

export type BrokenProject = {
  readonly name: string
  readonly fault: string
  /** The project's own word on whether it is right; run in its folder. */
  readonly command: string
  /** The program without which it can't be tried; null where node and sh are enough. */
  readonly needs: string | null
  /** A known pattern, that is mended without a model. */
  readonly rule: boolean
  readonly files: Readonly<Record<string, string>>
  readonly fixes: readonly FixSuggestion[]
}

const FOLDER = join(import.meta.dirname, 'projects')

export function readCorpus(): readonly BrokenProject[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.txt'))
    .toSorted()
    .map((file) => readProject(file.replace(/\.txt$/, ''), readFileSync(join(FOLDER, file), 'utf8')))
}

/**
 * A head of `name: value` lines; `--- path` with the text of a file below; `=== path` with the lines that are wrong (`< `) and the
 * lines that are right (`> `). What is wrong stands in its file once.
 */
export function readProject(name: string, text: string): BrokenProject {
  const head = new Map<string, string>()
  const files: Record<string, string> = {}
  const fixes: { readonly file: string; readonly wrong: string[]; readonly right: string[] }[] = []
  let file: string | null = null
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const [, mark, path] = /^(---|===) (\S+)$/.exec(line) ?? []
    if (mark === '---' && path !== undefined) files[(file = path)] = ''
    else if (mark === '===' && path !== undefined) {
      file = null
      fixes.push({ file: path, wrong: [], right: [] })
    } else if (file !== null) files[file] += `${line}\n`
    else if (fixes.length > 0) fixes.at(-1)?.[line.startsWith('<') ? 'wrong' : 'right'].push(line.slice(2))
    else head.set(line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim())
  }
  const suggestions = fixes.map(({ file: path, wrong, right }): FixSuggestion => {
    const current = wrong.join('\n')
    const at = files[path]?.indexOf(current) ?? -1
    if (at === -1 || current === '') throw new Error(`${name}: what is wrong does not stand in ${path}`)
    return {
      file: path,
      line_number: (files[path] ?? '').slice(0, at).split('\n').length,
      current_code: current,
      fixed_code: right.join('\n'),
      explanation: `it is a fault of the kind "${head.get('fault')}"`,
    }
  })
  const crlf = head.get('line_ends') === 'crlf'
  const ended = Object.entries(files).map(([path, content]) => [
    path,
    crlf ? content.replaceAll('\n', '\r\n') : content,
  ])
  return {
    name,
    fault: head.get('fault') ?? '',
    command: head.get('command') ?? '',
    needs: head.get('needs') ?? null,
    rule: head.get('rule') === 'yes',
    files: Object.fromEntries(ended) as Record<string, string>,
    fixes: suggestions,
  }
}

/** The files as they are once the fault is mended. */
export function mendedFiles({ files, fixes }: BrokenProject): Readonly<Record<string, string>> {
  const mended = { ...files }
  for (const { file, current_code, fixed_code } of fixes) {
    const isCrlf = files[file]?.includes('\r\n') === true
    const [wrong, right] = [current_code, fixed_code].map((code) => (isCrlf ? code.replaceAll('\n', '\r\n') : code))
    mended[file] = (mended[file] ?? '').replace(wrong ?? '', () => right ?? '')
  }
  return mended
}
