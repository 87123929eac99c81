// How long checks may take, and what their runners look for in a project's files.
import type { Project } from '../project.ts'

export const TEST_MS = 120_000
export const LINT_MS = 60_000

export const JS_TEST = /(^|\/)([^/]+[.-]test|test)\.[cm]?[jt]s$|(^|\/)test\/[^/]+\.[cm]?[jt]s$/
export const PYTHON_TEST = /(^|\/)(test_[^/]*|[^/]*_test)\.py$/

export function hasFile({ files }: Project, pattern: RegExp): boolean {
  return files.some((file) => pattern.test(file))
}

export function notInstalled(tool: string): string {
  return `${tool} is not installed in the workspace or on this machine`
}

/** For a shell, as one word. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** The part of a TOML file below `[name]`, `[name.…]` or `[[name…]]`, as far as a look for headings can tell. */
export function hasTable(toml: string | null, name: string): boolean {
  return (
    toml !== null &&
    toml
      .split('\n')
      .some((line) => new RegExp(`^\\s*\\[\\[?\\s*${name.replaceAll('.', '\\s*\\.\\s*')}\\s*[.\\]]`).test(line))
  )
}

/** In a file that has not been read anything may stand. */
export function mayHaveTable(project: Project, file: string, name: string): boolean {
  return project.files.includes(file) && (project.text(file) === null || hasTable(project.text(file), name))
}

/** A change there is no change of a program, a setting or a test that a type checker or a linter of one language reads. */
const NO_CODE = /\.(?:md|mdx|txt|png|jpe?g|gif|webp|ico|svg|woff2?|ttf|pdf|mp[34]|wav|csv|log)$/i
const FOREIGN = {
  javascript: /\.(?:py|pyi|go|rs|rb|php|java|kt|c|h|cc|cpp|cs|sh|sql)$/i,
  python: /\.(?:[cm]?[jt]sx?|vue|svelte|html?|css|scss|less|go|rs|rb|php|java|kt|sh|sql)$/i,
} as const

/** For checkers that read the code of one language and its settings. In doubt: yes. */
export function mattersTo(language: keyof typeof FOREIGN): (path: string) => boolean {
  return (path) => !NO_CODE.test(path) && !FOREIGN[language].test(path)
}

/** For tests: they may read whatever there is. */
export const everything = (): boolean => true
