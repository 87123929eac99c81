// Finds secrets in texts: a maintained rule set, a few rules of our own, and the values that this installation must never show.
import { setImmediate } from 'node:timers/promises'
import type { SecretScanner } from '../../core/ports/secret-scanner.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import { messageOf } from '../../core/vocabulary/thrown.ts'
import type { SecretFinding } from '../../core/vocabulary/secret.ts'
import { createKnownValues } from './known-values.ts'
import type { KnownValues } from './known-values.ts'
import { loadMaintainedRules } from './maintained-rules.ts'
import { findByOwnRules } from './own-rules.ts'

export type ScannerDeps = {
  /** What must never be shown, as it is now. Asked for at most every few seconds; where it fails, what was known stays known. */
  readonly known: () => Promise<readonly string[]>
  readonly log: Telemetry['log']
  /** For the rules, in one text, in milliseconds: beyond that only known values are looked for. */
  readonly timeMs?: number
}

export type OwnSecretScanner = SecretScanner & {
  /** Looks at once for values that were just added. Never throws. */
  readonly learn: () => Promise<void>
  /** In the text as a whole, at once and by known values alone: for what can't wait. */
  readonly hide: (text: string, instead: string) => string
}

const WINDOW = 96_000
/** Longer than anything that a rule finds, so that it is whole in one of two windows. */
const OVERLAP = 20_000
const RULES_MS = 10_000
const KNOWN_MS = 5_000
/** What no rule finds anything in: most of what people say. */
const MAY_HOLD_A_SECRET = /\S{30}|(?=\S{0,40}\d)\S{12}|:\/\/|-----BEGIN/

export function createSecretScanner({ known, log, timeMs = RULES_MS }: ScannerDeps): OwnSecretScanner {
  let values: KnownValues = createKnownValues([])
  let askedAt = -Infinity
  let asking: Promise<void> | null = null
  let maintained: ReturnType<typeof loadMaintainedRules> | null = null

  function learn(): Promise<void> {
    asking ??= known()
      .then(
        (given) => {
          values = createKnownValues(given)
          askedAt = performance.now()
        },
        (error: unknown) => log('warn', 'What must not be shown could not be looked up', { error: messageOf(error) }),
      )
      .finally(() => {
        asking = null
      })
    return asking
  }

  async function byRules(text: string, path: string): Promise<readonly SecretFinding[]> {
    try {
      maintained ??= loadMaintainedRules()
      return [...(await (await maintained)(text, path)), ...findByOwnRules(text)]
    } catch (error) {
      // Nothing of the text belongs into the log.
      log('error', 'The rules for secrets could not be applied', { error: messageOf(error).slice(0, 80) })
      return findByOwnRules(text)
    }
  }

  return {
    learn,
    hide: (text, instead) => withoutSpans(text, values.find(text), instead),
    scan: async (text, path = '') => {
      if (performance.now() - askedAt > KNOWN_MS) await learn()
      if (text === '') return []
      const until = performance.now() + timeMs
      const found: SecretFinding[] = []
      const overlap = Math.max(OVERLAP, values.longest)
      const step = Math.max(WINDOW, 2 * overlap)
      for (let from = 0; from < text.length; from += step) {
        const window = text.slice(from, from + step + overlap)
        const isWorthIt = MAY_HOLD_A_SECRET.test(window) && performance.now() < until
        const here = [...values.find(window), ...(isWorthIt ? await byRules(window, path) : [])]
        for (const { rule, start, end } of here) found.push({ rule, start: from + start, end: from + end })
        // A large text is not everybody's wait.
        if (from + step < text.length) await setImmediate()
      }
      return merged(found)
    },
  }
}

/** In their order; of those that overlap one is left, over all that they cover. */
function merged(findings: readonly SecretFinding[]): readonly SecretFinding[] {
  const result: SecretFinding[] = []
  for (const finding of findings.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1)
    if (last === undefined || finding.start >= last.end) result.push(finding)
    else if (finding.end > last.end) result[result.length - 1] = { ...last, end: finding.end }
  }
  return result
}

function withoutSpans(text: string, findings: readonly SecretFinding[], instead: string): string {
  let clean = text
  for (const { start, end } of merged(findings).toReversed()) clean = clean.slice(0, start) + instead + clean.slice(end)
  return clean
}
