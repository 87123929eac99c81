// Tests that are shell scripts, and the targets of make files that run tests: whether they still do anything, and still fail where they did.
import { weakening } from './compare-tests.ts'
import type { ChangedFile, Weakening } from '../weakening.ts'

const SHELL_TEST =
  /(?:^|\/)(?:[\w-]*[._-])?(?:tests?|check|checks|verify|ci|spec)(?:[._-][\w-]*)?\.(?:sh|bash|zsh|bats|mk)$|(?:^|\/)(?:tests?|__tests__|e2e|spec)\/[^/]+\.(?:sh|bash|zsh)$|\.bats$|(?:^|\/)(?:bin|scripts?)\/(?:tests?|check|ci)$/
const TARGETS = /(?:^|\/)(?:(?:GNU)?[Mm]akefile|[Jj]ustfile|[^/]+\.mk)$/
const IDLE =
  /^(?:true|:|(?:\/usr)?\/bin\/true|exit(?: \d+)?|echo\b[^|>]*|printf\b[^|>]*|sleep [\d.]+\w?|pwd|date|ls(?: [\w./-]+)?|cd [\w./$"-]+|set [-+]\w+(?: \w+)*|node (?:-v|--version|(?:-e|--eval|-p) ?(?:''|""|["']\s*process\.exit\(0?\);?\s*["']|\d+))|(?:ba|da|z)?sh -c ["']?(?:true|:|exit 0)["']?|(?:test|\[) (\S+) ==? \1(?: \])?|(?:test|\[) 1(?: \])?|npm (?:-v|--version)|python3? (?:-V|--version|-c (?:["']pass["']|["']{2})))$/

/** Beyond these it does something, or is far from where it begins. */
const MOST_CHARACTERS = 100_000

/** Whether a command line has no way to find a mistake: `true`, `exit 0`, an `echo`, and several of them. Empty ones have none either. */
export function doesNothing(command: string): boolean {
  return command
    .slice(0, MOST_CHARACTERS)
    .split(/&&|\|\||;|\n/)
    .map((part) => part.trim().replace(/^[@-]+\s*/, ''))
    .every((part) => part === '' || part.startsWith('#') || IDLE.test(part))
}

export function isScript(path: string): boolean {
  return SHELL_TEST.test(path) || TARGETS.test(path)
}

export function compareScripts({ path, before, after }: ChangedFile): readonly Weakening[] {
  if (before === null) return []
  const found = TARGETS.test(path) ? targetFindings(path, before, after ?? '') : []
  return SHELL_TEST.test(path) && !TARGETS.test(path) ? shellFindings(path, before, after) : found
}

type Line = { readonly text: string; readonly at: number }

function shellFindings(path: string, before: string, after: string | null): readonly Weakening[] {
  const [was, is] = [commandsOf(before), commandsOf(after ?? '')]
  if (isIdle(was)) return []
  const shown = before.trim()
  if (after === null) return [weakening(path, 1, 'removed-test-file', 'The script that tests is gone.', shown, '')]
  if (isIdle(is))
    return [weakening(path, 1, 'removed-check-command', 'The script tests nothing any more.', shown, after.trim())]
  const come = is.filter(({ text }) => !was.some((one) => one.text === text))
  const found = come.flatMap(({ text, at }) => {
    const isEarly = /^exit(?: 0)?$|^return 0$/.test(text) && is.some((one) => one.at > at)
    if (isEarly) return [weakening(path, at, 'removed-assertion', 'The script ends before its tests.', '', text)]
    return IGNORES.test(text)
      ? [weakening(path, at, 'ignored-exit-code', 'The script goes on whatever its tests find.', '', text.trim())]
      : []
  })
  const strict = (lines: readonly Line[]) => lines.find(({ text }) => /^\s*set -\w*e|^\s*set -o errexit/.test(text))
  const lost = strict(was)
  if (lost !== undefined && strict(is) === undefined)
    found.push(weakening(path, 1, 'ignored-exit-code', 'The script goes on where it ended before.', lost.text, ''))
  const [had, has] = [waysToFail(was), waysToFail(is)]
  if (has.length < had.length) {
    const [gone = ''] = had.filter((text) => !has.includes(text))
    const message = `The script has ${has.length} ways to fail instead of ${had.length}.`
    found.push(weakening(path, 1, 'removed-assertion', message, gone, ''))
  }
  return found
}

const IGNORES = /\|\|\s*(?:true|:|exit 0|echo\b)|^\s*set \+e|^\s*set \+o errexit|^\s*trap ['"]?exit 0/
const FAILS =
  /\bexit [1-9$]|\breturn [1-9$]|\bfalse\b|\bassert\w*\b|(?:^|[;&|!]\s*|\bif )(?:\[\[? |test |diff |cmp |grep )|^\s*@test\b/

function waysToFail(lines: readonly Line[]): readonly string[] {
  return lines.map(({ text }) => text.trim()).filter((text) => FAILS.test(text))
}

function commandsOf(text: string): readonly Line[] {
  return text
    .split(/\r?\n/)
    .flatMap((line, index) => (/^\s*(?:#|$)/.test(line) ? [] : [{ text: line.trimEnd(), at: index + 1 }]))
}

function isIdle(lines: readonly Line[]): boolean {
  return doesNothing(lines.map(({ text }) => text).join('\n'))
}

const CHECK_TARGET = /^(?:tests?|check|checks|lint|types?|typecheck|ci|verify|validate|coverage|e2e|unit|integration)$/

function targetFindings(path: string, before: string, after: string): readonly Weakening[] {
  const [was, is] = [targetsOf(before), targetsOf(after)]
  return [...was].flatMap(([name, target]) => {
    if (!CHECK_TARGET.test(name) || doesNothing(target.recipe)) return []
    const now = is.get(name)
    // A target that only has others made is as good as they are.
    if (now !== undefined && (!doesNothing(now.recipe) || (now.needs !== '' && now.needs !== target.needs))) return []
    const message =
      now === undefined ? `The target "${name}" is gone.` : `The target "${name}" checks nothing any more.`
    return [weakening(path, now?.at ?? 1, 'removed-check-command', message, target.recipe, now?.recipe ?? '')]
  })
}

type Target = { readonly needs: string; readonly recipe: string; readonly at: number }

function targetsOf(text: string): ReadonlyMap<string, Target> {
  const targets = new Map<string, Target>()
  let names: readonly string[] = []
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, head, needs = '', inline = ''] = /^@?([\w./ -]+?)\s*::?(?!=)\s*([^;#=]*)(?:;(.*))?/.exec(line) ?? []
    if (head !== undefined && !/^\s/.test(line)) {
      names = head.split(/\s+/)
      for (const name of names)
        targets.set(name, { needs: needs.trim(), recipe: inline.trim(), at: targets.get(name)?.at ?? index + 1 })
    } else if (/^\s+\S/.test(line) && !/^\s*#/.test(line)) {
      for (const name of names) {
        const target = targets.get(name)
        if (target !== undefined) targets.set(name, { ...target, recipe: `${target.recipe}\n${line.trim()}`.trim() })
      }
    } else if (line.trim() !== '') names = []
  }
  return targets
}
