// Whether the audit log is what was written: every entry against its hash, against the one before it, and against the anchor.
import type { AuditAnchor, AuditHead } from '../ports/audit-log.ts'
import { NO_HASH, sealedText } from '../vocabulary/audit.ts'
import type { SealedEntry } from '../vocabulary/audit.ts'

export type AuditProblem = {
  readonly seq: number
  /** One sentence that says what is wrong with this entry. */
  readonly problem: string
}

export type AuditReport = {
  /** Whether no problem was found. */
  readonly ok: boolean
  readonly entries: number
  readonly head: AuditHead
  /** In their order, at most 1,000. */
  readonly problems: readonly AuditProblem[]
  /** How many more there are. */
  readonly moreProblems: number
  /** What could not be checked, one sentence each. */
  readonly warnings: readonly string[]
  /** The last entry that is as it was when it was anchored. What comes after it could have been rewritten as a whole. */
  readonly anchored: { readonly seq: number; readonly at: Date } | null
}

export type VerifyDeps = {
  /** SHA-256 of a text, hex. */
  readonly digest: (text: string) => string
  readonly now: Date
}

const PROBLEMS = 1_000
const WARNINGS = 20
/** The anchor follows within minutes. */
const UNANCHORED_MS = 15 * 60_000

type AnchorLine = ReturnType<AuditAnchor['read']> extends AsyncIterable<infer Line> ? Line : never

/** `entries` from the first on, as they are kept. Needs the same memory for any number of them. */
export async function verifyAudit(
  { digest, now }: VerifyDeps,
  entries: AsyncIterable<SealedEntry>,
  anchor: AsyncIterable<AnchorLine>,
): Promise<AuditReport> {
  const found = createFindings()
  const anchors = followAnchors(anchor, found)
  let head: AuditHead = { seq: 0, hash: NO_HASH }
  let count = 0
  let firstLoose: SealedEntry | null = null
  for await (const sealed of entries) {
    const { seq, previous, hash, entry } = sealed
    count += 1
    const missing = seq - head.seq - 1
    if (missing > 0) found.problem(head.seq + 1, missingText(head.seq + 1, seq - 1))
    if (missing < 0)
      found.problem(seq, `Entry ${seq} stands after entry ${head.seq}: it is out of order or there twice.`)
    if (missing === 0 && previous !== head.hash)
      found.problem(seq, `Entry ${seq} does not follow the one before it: that one was changed, or this one put in.`)
    if (digest(sealedText(previous, seq, entry)) !== hash)
      found.problem(seq, `Entry ${seq} was changed: its hash is not the hash of what it says.`)
    head = { seq, hash }
    const before = anchors.last()
    await anchors.compare(head)
    const reached = anchors.last()
    if (reached !== before) firstLoose = null
    else firstLoose ??= sealed
  }
  await anchors.finish(head.seq)
  const anchored = anchors.last()
  const loose = firstLoose === null ? null : timeOf(firstLoose)
  if (count > 0 && anchored === null)
    found.warn('There is no anchor: a chain that was rewritten as a whole, or whose end was cut off, would pass.')
  else if (firstLoose !== null && loose !== null && now.getTime() - loose.getTime() > UNANCHORED_MS)
    found.warn(
      `The anchor ends at entry ${anchored?.seq ?? 0}, though entry ${firstLoose.seq} is from ${loose.toISOString()}: ` +
        'either no gateway or worker has run since, or the anchor was shortened.',
    )
  return { ...found.report(), entries: count, head, anchored }
}

function missingText(first: number, last: number): string {
  return first === last ? `Entry ${first} is missing.` : `Entries ${first} to ${last} are missing.`
}

type Findings = ReturnType<typeof createFindings>

function createFindings() {
  const problems: AuditProblem[] = []
  const warnings: string[] = []
  let moreProblems = 0
  return {
    problem: (seq: number, problem: string): void => {
      if (problems.length < PROBLEMS) problems.push({ seq, problem })
      else moreProblems += 1
    },
    warn: (text: string): void => {
      if (warnings.length < WARNINGS) warnings.push(text)
    },
    report: () => ({ ok: problems.length === 0, problems, moreProblems, warnings }),
  }
}

/** Goes along the anchor as the chain goes on; both ascend. */
function followAnchors(lines: AsyncIterable<AnchorLine>, found: Findings) {
  const reader = lines[Symbol.asyncIterator]()
  let next: Extract<AnchorLine, { type: 'anchor' }> | null = null
  let isOver = false
  let last: AuditReport['anchored'] = null

  async function peek(): Promise<typeof next> {
    while (next === null && !isOver) {
      const result = await reader.next()
      if (result.done === true) isOver = true
      else if (result.value.type === 'bad')
        found.warn(`Line ${result.value.line} of the anchor ${result.value.problem}.`)
      else next = result.value
    }
    return next
  }

  return {
    last: () => last,
    compare: async ({ seq, hash }: AuditHead): Promise<void> => {
      for (let anchor = await peek(); anchor !== null && anchor.seq <= seq; anchor = await peek()) {
        next = null
        // What is missing is told as missing.
        if (anchor.seq < seq) continue
        if (anchor.hash === hash) last = { seq, at: anchor.at }
        else
          found.problem(
            seq,
            `Entry ${seq} is not the one that was anchored at ${anchor.at.toISOString()}: the chain up to it was rewritten.`,
          )
      }
    },
    finish: async (end: number): Promise<void> => {
      let furthest: typeof next = null
      for (let anchor = await peek(); anchor !== null; anchor = await peek()) {
        next = null
        if (anchor.seq > (furthest?.seq ?? end)) furthest = anchor
      }
      if (furthest !== null)
        found.problem(
          end + 1,
          `${missingText(end + 1, furthest.seq)} The end was cut off: the anchor of ${furthest.at.toISOString()} knows it.`,
        )
    },
  }
}

/** Null for what was made unreadable, which its hash tells. */
function timeOf({ entry }: SealedEntry): Date | null {
  try {
    const parsed: unknown = JSON.parse(entry)
    const at = typeof parsed === 'object' && parsed !== null && 'at' in parsed ? new Date(String(parsed.at)) : null
    return at === null || Number.isNaN(at.getTime()) ? null : at
  } catch {
    return null
  }
}
