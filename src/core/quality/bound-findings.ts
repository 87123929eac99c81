// Findings as they may be kept: what a parser read from hostile output, with paths inside the workspace, bounded and in order.
import type { CheckReport, Finding } from '../vocabulary/check.ts'

export const MOST_FINDINGS = 200
const MESSAGE_CHARACTERS = 1_000
const RULE_CHARACTERS = 300
const PATH_CHARACTERS = 400
const WORKSPACE = '/workspace'
const RANK = { error: 0, warning: 1, note: 2 } as const

/** `folder` is where the command ran: relative paths are meant from there. The same finding counts once. */
export function boundFindings(
  findings: readonly Finding[],
  folder: string,
): Required<Pick<CheckReport, 'findings' | 'more_findings'>> {
  const seen = new Set<string>()
  const all = findings
    .map((finding) => bound(finding, folder))
    .filter((finding) => {
      const key = JSON.stringify(finding)
      return !seen.has(key) && seen.add(key)
    })
    .toSorted((one, other) => RANK[one.severity] - RANK[other.severity])
  return { findings: all.slice(0, MOST_FINDINGS), more_findings: Math.max(0, all.length - MOST_FINDINGS) }
}

function bound({ file, line, rule, message, severity }: Finding, folder: string): Finding {
  const path = file === null ? null : pathInWorkspace(file, folder)
  return {
    file: path,
    line: path !== null && line !== null && Number.isSafeInteger(line) && line > 0 ? line : null,
    rule: rule === null || rule.trim() === '' ? null : short(rule, RULE_CHARACTERS),
    message: short(message, MESSAGE_CHARACTERS) || 'It says no more.',
    severity,
  }
}

/** Relative to the workspace, with `/`; null for what lies outside of it or is no path. */
export function pathInWorkspace(file: string, folder: string): string | null {
  if (file.length > 4 * PATH_CHARACTERS || /[\u0000-\u001f\u007f]/.test(file)) return null
  const path = file.replace(/^file:\/\//, '').replaceAll('\\', '/')
  let whole: string
  if (path.startsWith(`${WORKSPACE}/`)) whole = path.slice(WORKSPACE.length + 1)
  else if (path.startsWith('/') || /^[A-Za-z][\w+.-]*:/.test(path)) return null
  else whole = folder === '' ? path : `${folder}/${path}`
  const parts: string[] = []
  for (const part of whole.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return null
  }
  const clean = parts.join('/')
  return clean === '' || clean.length > PATH_CHARACTERS ? null : clean.toWellFormed()
}

function short(text: string, limit: number): string {
  const clean = text
    .replace(/\s+/g, ' ')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .trim()
    .toWellFormed()
  return clean.length <= limit ? clean : `${clean.slice(0, limit - 1).toWellFormed()}…`
}
