// Python that does not parse for a colon, a bracket, or tabs among spaces, at the place that the message names.
import type { Rule, RuleView } from '../rule.ts'
import { lineFix, saidBy } from '../rule.ts'
import type { FixSuggestion } from '../../vocabulary/healing.ts'

const BLOCK = /^[ \t]*(?:async[ \t]+)?(?:def|class|if|elif|else|for|while|try|except|finally|with|match|case)\b/
const PLACE =
  /File "(?:\.\/)?([^"\n]+\.py)", line (\d+)[^\n]*\n(?:[^\n]*\n){0,4}?(?:E[ \t]+)?(?:\w*\.)*(SyntaxError|IndentationError|TabError): ([^\n]+)/g
const SHORT_PLACE = /^(?:\.\/)?([^\s:"]+\.py):? (?:[^\n]*?)\((?:[^\n,]*, )?line (\d+)\)/gm
const ONE_LINE = /^(?:\.\/)?([^\s:"]+\.py): ([^\n]+?) \((?:[^\n(),]*, )?line (\d+)\)$/gm

export const pythonSyntax: Rule = {
  name: 'Python syntax',
  diagnose: async (view) => {
    for (const { path, line, problem } of placesIn(view)) {
      const text = await view.read(path)
      if (text === null) continue
      const fixes = fixesFor(path, text.split(/\r?\n/), line, problem)
      if (fixes.length > 0)
        return { cause: `Python can not read ${path}: ${problem.slice(0, 200)}.`, fixes, commands: [] }
    }
    return null
  },
}

type Named = { readonly path: string; readonly line: number; readonly problem: string }

function placesIn({ failed, paths }: RuleView): readonly Named[] {
  const said = saidBy(failed)
  const known = (given: string): string | undefined => paths.find((path) => path === given)
  const found: Named[] = []
  for (const [, file = '', line = '', kind = '', problem = ''] of said.matchAll(PLACE)) {
    const path = known(file)
    if (path !== undefined) found.push({ path, line: Number(line), problem: `${kind}: ${problem}` })
  }
  for (const [, file = '', problem = '', line = ''] of said.matchAll(ONE_LINE)) {
    const path = known(file)
    if (path !== undefined) found.push({ path, line: Number(line), problem })
  }
  for (const { file, line, message } of failed.flatMap(({ findings = [] }) => findings)) {
    if (file?.endsWith('.py') === true && line !== null && known(file) !== undefined)
      found.push({ path: file, line, problem: message })
  }
  for (const [all, file = '', line = ''] of said.matchAll(SHORT_PLACE)) {
    const path = known(file)
    if (path !== undefined) found.push({ path, line: Number(line), problem: all })
  }
  return found.slice(0, 50)
}

function fixesFor(path: string, lines: readonly string[], number: number, problem: string): readonly FixSuggestion[] {
  const line = lines[number - 1]
  if (line === undefined) return []
  if (/expected ':'/.test(problem)) return colonFix(path, line, number)
  const [, bracket] = /'([([{])' was never closed/.exec(problem) ?? []
  if (bracket !== undefined) return bracketFix(path, lines, number, bracket)
  if (/inconsistent use of tabs and spaces|TabError/.test(problem)) return tabFixes(path, lines)
  return []
}

function colonFix(path: string, line: string, number: number): readonly FixSuggestion[] {
  const [, code = '', comment = ''] = /^([^#'"]*?(?:(?:'[^'\n]*'|"[^"\n]*")[^#'"]*?)*)(\s*(?:#.*)?)$/.exec(line) ?? []
  if (!BLOCK.test(code) || /[:\\,([{]\s*$/.test(code) || !isBalanced(code)) return []
  return [lineFix(path, number, line, `${code.trimEnd()}:${comment}`, 'the colon that begins a block was missing')]
}

const CLOSES: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }

/** Only where the statement ends with its line: the next one is not deeper, and reads like a statement of its own. */
function bracketFix(path: string, lines: readonly string[], number: number, bracket: string): readonly FixSuggestion[] {
  const line = lines[number - 1] ?? ''
  const next = lines.slice(number).find((one) => one.trim() !== '')
  const closing = CLOSES[bracket] ?? ''
  if (/[,([{\\+\-*/=&|.]\s*$/.test(line) || /#/.test(line) || openOf(line).join('') !== bracket) return []
  const isBlock = BLOCK.test(line)
  if (next !== undefined && !isBlock && indentation(next) > indentation(line)) return []
  if (next !== undefined && /^\s*[)\]},.]/.test(next)) return []
  const code = line.trimEnd()
  const fixed = isBlock && code.endsWith(':') ? `${code.slice(0, -1)}${closing}:` : `${code}${closing}`
  return [lineFix(path, number, line, fixed, `the '${bracket}' was never closed`)]
}

function tabFixes(path: string, lines: readonly string[]): readonly FixSuggestion[] {
  const indents = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)?.[0] ?? '')
  const spaces = indents.filter((indent) => /^ +$/.test(indent))
  const isFour = spaces.length > 0 && spaces.every((indent) => indent.length % 4 === 0)
  const isPlain = indents.every((indent) => /^(?: *|\t+)$/.test(indent))
  if (!isFour || !isPlain || lines.some((line) => line.includes('"""') || line.includes("'''"))) return []
  return lines.flatMap((line, index) => {
    const [, tabs] = /^(\t+)\S/.exec(line) ?? []
    if (tabs === undefined) return []
    const fixed = ' '.repeat(4 * tabs.length) + line.slice(tabs.length)
    return [lineFix(path, index + 1, line, fixed, 'tabs among spaces')]
  })
}

function indentation(line: string): number {
  return /^[ \t]*/.exec(line)?.[0].length ?? 0
}

function isBalanced(code: string): boolean {
  return openOf(code).length === 0
}

/** Brackets that are open at the end of the line, strings left out; `?` where one closes that was not opened. */
function openOf(code: string): readonly string[] {
  const open: string[] = []
  for (const char of code.replace(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/g, '')) {
    if (char in CLOSES) open.push(char)
    else if (char === ')' || char === ']' || char === '}') {
      if (CLOSES[open.at(-1) ?? ''] === char) open.pop()
      else open.push('?')
    }
  }
  return open
}
