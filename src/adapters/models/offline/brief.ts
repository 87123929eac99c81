// Reads what the offline model needs out of a prompt: the request, the diff, the files of the workspace.

import type { Plan } from '../../../core/vocabulary/plan.ts'
import { unmarked } from './from-context.ts'

const WHOLE_REQUEST = /^The whole request: (".{0,8000}")$/m

/** What is told beside the work itself: a line in it that looks like a path is no file. */
const TOLD = ['request', 'context', 'attachments', 'proposal']

/** The plan with the request that it was made for in every subtask: who works on one is not told what was said before. */
export function withWholeRequest(plan: Plan, request: string): Plan {
  // Without control characters, which would take up to six times their room in the instructions.
  const words = request
    .slice(0, 2_000)
    .toWellFormed()
    .replaceAll(/[\u0000-\u001f\u2028\u2029]+/g, ' ')
  const line = `The whole request: ${JSON.stringify(words)}`
  return {
    ...plan,
    subtasks: plan.subtasks.map((subtask) => ({ ...subtask, instructions: `${subtask.instructions}\n${line}` })),
  }
}

/** The request that the plan of this brief was made for; null where the brief is of no plan of ours. */
export function wholeRequestOf(brief: string): string | null {
  const found = WHOLE_REQUEST.exec(unmarked(withoutQuoted(brief, 'request')))?.[1]
  if (found === undefined) return null
  try {
    const request: unknown = JSON.parse(found)
    return typeof request === 'string' ? request : null
  } catch {
    return null
  }
}

/** The text between `<tag>` and `</tag>`, with quoted closing tags restored; null when the tag is not there. */
export function quoted(prompt: string, tag: string): string | null {
  const start = prompt.indexOf(`<${tag}>`)
  if (start < 0) return null
  const from = start + tag.length + 2
  const end = prompt.indexOf(`</${tag}>`, from)
  const inside = end < 0 ? prompt.slice(from) : prompt.slice(from, end)
  return unmarked(inside).replace(/^\n/, '').replace(/\n$/, '')
}

/** The person's own words. A prompt without the tag is taken as the request itself. */
export function requestOf(prompt: string): string {
  return (quoted(prompt, 'request') ?? prompt).trim()
}

/**
 * The files that the prompt lists: inside `<files>` or `<workspace>` where there is one, else every line that is nothing
 * but a path, with or without a bullet and a size behind it.
 */
export function filesOf(prompt: string): ReadonlySet<string> {
  const list = quoted(prompt, 'files') ?? quoted(prompt, 'workspace') ?? TOLD.reduce(withoutQuoted, prompt)
  const files = new Set<string>()
  for (const line of list.split('\n')) {
    const path =
      /^\s*(?:[-*]\s+)?`?((?:[\w@.()+-]+\/)*[\w@.()+-]+)`?(?:\s+\(?\d[\d.,]*\s*(?:bytes|[kKM]?B)?\)?)?\s*$/.exec(
        line,
      )?.[1]
    if (path !== undefined) files.add(path.replace(/^\.\//, ''))
  }
  return files
}

function withoutQuoted(prompt: string, tag: string): string {
  const start = prompt.indexOf(`<${tag}>`)
  const end = prompt.indexOf(`</${tag}>`, start)
  return start < 0 || end < 0 ? prompt : prompt.slice(0, start) + prompt.slice(end)
}
