// One assertion beside the one that took its place: does it ask for less?
import type { Assertion } from './assertions.ts'

export type Asked = { readonly rule: string; readonly message: string; readonly severity: 'error' | 'note' }

const SLIGHT = 0.15
const ROUNDING = 0.05
const NUMBER = /(?<![\w$.])-?\d[\d_]*(?:\.\d+)?(?:e-?\d+)?(?![\w$])/gi
const TOLERANCE = /\b(?:rel|abs|delta|atol|rtol|places|epsilon|tolerance|within|rel_tol|abs_tol)\s*=/

/** `asks` is the strength of `is` where it stands. Null where it asks for as much. `isStrict`: its file compares strictly by its import. */
export function compareAsked(was: Assertion, is: Assertion, asks: number, isStrict: boolean): Asked | null {
  const drop = was.strength - asks
  if (was.mute === null && drop > ROUNDING) {
    if (asks === 0)
      return { rule: 'empty-assertion', message: 'This assertion holds whatever the program does.', severity: 'error' }
    if (drop > SLIGHT)
      return { rule: 'loosened-assertion', message: 'This assertion asks for less than it did.', severity: 'error' }
    const isAssert = /^(?:assert|t)\b/.test(is.text)
    if (isStrict) return null
    return {
      rule: 'loosened-assertion',
      message: 'This assertion compares less strictly than it did.',
      severity: isAssert ? 'error' : 'note',
    }
  }
  if (was.text === is.text) return null
  const tolerance = comparedBounds(was.text, is.text)
  if (tolerance)
    return { rule: 'raised-tolerance', message: 'This assertion lets more pass than it did.', severity: 'error' }
  const [had, has] = [was.literals.toSorted().join('\n'), is.literals.toSorted().join('\n')]
  if (had === has && strippedOf(was.text) === strippedOf(is.text)) return null
  if (had === has) return null
  return {
    rule: 'changed-expectation',
    message: 'This assertion expects something else than it did.',
    severity: 'note',
  }
}

function strippedOf(text: string): string {
  return text.replace(/\s+/g, '')
}

/** Whether the same comparison has wider bounds now. */
function comparedBounds(was: string, is: string): boolean {
  if (TOLERANCE.test(is) && !TOLERANCE.test(was)) return true
  const [had, has] = [was.match(NUMBER) ?? [], is.match(NUMBER) ?? []]
  if (had.length === 0 || was.replace(NUMBER, '0') !== is.replace(NUMBER, '0')) {
    // A precision that is gone: the default is coarser than what somebody asked for.
    return /CloseTo|AlmostEqual|places/.test(was) && had.length > has.length && Number(had.at(-1)) > 2
  }
  const [old, now] = [had.map(numberOf), has.map(numberOf)]
  return old.some((value, at) => {
    const changed = now[at]
    if (changed === undefined || value === changed) return false
    const before = textBefore(was, at)
    if (/(?:places|digits|precision|numDigits)\s*[=:]\s*$/.test(before)) return changed < value
    if (TOLERANCE.test(`${/\w+\s*=\s*$/.exec(before)?.[0] ?? ''}`)) return changed > value
    const isLast = at === old.length - 1
    if (isLast && /toBeCloseTo|assertAlmostEqual|assertNotAlmostEqual/.test(was) && had.length > 1)
      return changed < value
    if (
      isLast &&
      /closeTo|InDelta|InEpsilon|be_within|within|isCloseTo|allclose|approximately/i.test(was) &&
      had.length > 1
    )
      return changed > value
    if (isLast && /be_within\(/.test(was)) return changed > value
    if (isLast && /assertEquals\(.*,.*,[^,]*$/.test(was)) return changed > value
    if (
      /(?:<=?|LessThan(?:OrEqual)?\(|lessThan\w*\(|below\(|[aA]t_?[mM]ost\(|Less(?:Equal)?\(.*,|isLessThan\w*\()\s*$/.test(
        before,
      )
    )
      return changed > value
    if (
      /(?:[^=]>=?|GreaterThan(?:OrEqual)?\(|greaterThan\w*\(|above\(|[aA]t_?[lL]east\(|Greater(?:Equal)?\(.*,|isGreaterThan\w*\()\s*$/.test(
        before,
      )
    )
      return changed < value
    return false
  })
}

function numberOf(text: string): number {
  return Number(text.replaceAll('_', ''))
}

function textBefore(text: string, nth: number): string {
  let count = 0
  for (const match of text.matchAll(NUMBER)) {
    if (count === nth) return text.slice(Math.max(0, match.index - 60), match.index)
    count += 1
  }
  return ''
}
