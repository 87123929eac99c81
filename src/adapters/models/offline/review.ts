// The offline reviewer: reads the lines that a diff adds for what never belongs in finished work.
import type { Review, ReviewFinding } from '../../../core/vocabulary/plan.ts'

type Added = { readonly file: string; readonly line: number; readonly text: string }
type Rule = {
  readonly problem: string
  readonly blocking: boolean
  readonly finds: (added: Added) => boolean
}

const SECRETS =
  /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{20,}|\bgh[pousr]_[A-Za-z0-9]{36}\b|\bxox[abpr]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{35}\b/
const ASSIGNED_SECRET =
  /\b(?:password|passwd|secret|api[_-]?key|access[_-]?token)\b['"]?\s*[:=]\s*['"][^'"\s${}]{8,}['"]/i
const isTest = (file: string): boolean =>
  /(?:^|\/)(?:tests?|__tests__)\/|\.(?:test|spec)\.\w+$|(?:^|\/)test_\w+\.py$/.test(file)
const isProse = (file: string): boolean => /\.(?:md|txt|rst)$/.test(file)

const RULES: readonly Rule[] = [
  {
    problem: 'a merge conflict marker',
    blocking: true,
    finds: ({ text }) => /^(?:<{7}|>{7}|\|{7})(?: |$)/.test(text) || text === '=======',
  },
  {
    problem: 'what looks like a secret',
    blocking: true,
    finds: ({ text, file }) => SECRETS.test(text) || (!isTest(file) && ASSIGNED_SECRET.test(text)),
  },
  {
    problem: 'a test that is switched off or runs alone',
    blocking: true,
    finds: ({ text, file }) =>
      isTest(file) && /\b(?:test|it|describe)\.(?:only|skip)\(|@unittest\.skip|@pytest\.mark\.skip/.test(text),
  },
  {
    problem: 'a debugger statement',
    blocking: true,
    finds: ({ text }) => /^\s*debugger;?\s*$|\bbreakpoint\(\)|\bpdb\.set_trace\(\)/.test(text),
  },
  {
    problem: 'a debug print',
    blocking: false,
    finds: ({ text, file }) =>
      !isTest(file) &&
      /\bconsole\.(?:debug|trace)\(|\b(?:console\.log|print)\(\s*['"](?:debug|here|xxx|test)\b/i.test(text),
  },
  {
    problem: 'an unfinished piece (TODO)',
    blocking: false,
    finds: ({ text, file }) => !isProse(file) && /(?:\/\/|#|\/\*|<!--|\*)\s*(?:TODO|FIXME|XXX|HACK)\b/.test(text),
  },
]

const MOST_FINDINGS = 30

/** Approves when nothing blocking was found. `diff` is a unified diff; null when the prompt holds none. */
export function reviewDiff(diff: string | null): Review {
  if (diff === null || diff.trim() === '') {
    const finding: ReviewFinding = { file: null, problem: 'The diff is empty: nothing was changed.', blocking: true }
    return { approved: false, summary: 'Nothing was changed, so there is nothing to approve.', findings: [finding] }
  }
  const added = addedLines(diff)
  const findings = added
    .flatMap((line) => RULES.filter((rule) => rule.finds(line)).map((rule) => toFinding(line, rule)))
    .slice(0, MOST_FINDINGS)
  const blocking = findings.filter((finding) => finding.blocking).length
  const files = new Set(added.map(({ file }) => file)).size
  const read = `Read ${count(added.length, 'added line')} in ${count(files, 'file')} by rules (offline: no judgement of the design).`
  return {
    approved: blocking === 0,
    summary:
      findings.length === 0
        ? `${read} Nothing found that must not stay.`
        : `${read} ${count(findings.length, 'finding')}, ${blocking} blocking.`,
    findings,
  }
}

function toFinding({ file, line }: Added, rule: Rule): ReviewFinding {
  return { file, problem: `Line ${line} holds ${rule.problem}.`, blocking: rule.blocking }
}

function addedLines(diff: string): readonly Added[] {
  const added: Added[] = []
  let file = ''
  let line = 0
  let inHunk = false
  for (const text of diff.split('\n')) {
    if (text.startsWith('diff --git ')) inHunk = false
    else if (!inHunk && text.startsWith('+++ ')) file = text.slice(4).replace(/^b\//, '').replace(/\t.*$/, '')
    else if (text.startsWith('@@ ')) {
      inHunk = true
      line = Number(/\+(\d+)/.exec(text)?.[1] ?? 1)
    } else if (inHunk && text.startsWith('+')) {
      added.push({ file, line, text: text.slice(1) })
      line += 1
    } else if (inHunk && !text.startsWith('-') && !text.startsWith('\\')) line += 1
  }
  return added
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
