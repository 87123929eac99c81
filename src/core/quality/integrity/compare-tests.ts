// Tests as they were beside tests as they are: what is gone, what asks for less, what is not run any more.
import type { PlacedAssertion, ReadCase, ReadTests } from './read-tests.ts'
import { isCollected } from './languages.ts'
import { pairAssertions } from './pair-assertions.ts'
import { pairCases } from './pair-cases.ts'
import type { Marker } from './test-cases.ts'
import type { Weakening } from '../weakening.ts'

export type TestsOfBoth = {
  /** Files that were changed or are gone, as they were. */
  readonly before: readonly ReadTests[]
  /** Files that were changed or are new, as they are. */
  readonly after: readonly ReadTests[]
}

/** What moves between the files is no weakening; formatting, names and comments are none either. */
export function compareTests({ before, after }: TestsOfBoth): readonly Weakening[] {
  const cases = pairCases(before, after)
  const assertions = pairAssertions(before, after, cases)
  const found: Weakening[] = []
  const whole = filesGone(before, after, cases, assertions)
  found.push(...whole.found)

  for (const gone of cases.gone) {
    if (whole.files.has(gone.file) || gone.isGroup) continue
    const own = gone.assertions
    // Its assertions stand elsewhere now: two cases became one, or one a table.
    if (own.length > 0 && own.every((assertion) => assertions.kept.has(assertion))) continue
    found.push(
      weakening(gone.file, gone.line, 'removed-test', `The test "${shown(gone.name)}" is gone.`, firstLine(gone), ''),
    )
  }
  found.push(...renamedAway(cases))
  for (const { was, is } of cases.pairs) {
    found.push(...markersMore(was, is))
    if (!was.isGroup) found.push(...ofCase(was, is))
  }
  for (const now of cases.come) for (const only of now.onlys) found.push(onlyFound(now.file, only))
  found.push(...looseMarkers(before, after))
  for (const lost of assertions.lost) {
    const owner = ownerOf(before, lost.was)
    if (whole.files.has(lost.was.file) || (owner !== null && cases.gone.includes(owner))) continue
    found.push(lostFound(lost, after))
  }
  for (const { was, is, rule, message, severity } of assertions.weaker)
    found.push(weakening(is.file, is.line, rule, message, was.text, is.text, severity))
  return found
}

/** A file whose tests are all gone is told of once. */
function filesGone(
  before: readonly ReadTests[],
  after: readonly ReadTests[],
  cases: ReturnType<typeof pairCases>,
  assertions: ReturnType<typeof pairAssertions>,
) {
  const files = new Set<string>()
  const found: Weakening[] = []
  const there = new Set(after.map(({ path }) => path))
  for (const file of before) {
    if (there.has(file.path)) continue
    const tests = file.cases.filter(({ isGroup }) => !isGroup)
    const lost = tests.filter(
      (one) =>
        cases.gone.includes(one) &&
        !(one.assertions.length > 0 && one.assertions.every((own) => assertions.kept.has(own))),
    )
    const loose = file.assertions.filter((own) => own.owner === -1 && !assertions.kept.has(own))
    if (lost.length === 0 && loose.length === 0) continue
    if (lost.length < tests.length) continue
    files.add(file.path)
    const what =
      tests.length > 0
        ? `${tests.length} test${tests.length === 1 ? '' : 's'}`
        : `${loose.length} assertion${loose.length === 1 ? '' : 's'}`
    const names = tests.slice(0, 8).map(({ name }) => shown(name))
    found.push(
      weakening(
        file.path,
        1,
        'removed-test-file',
        `The file is gone or no longer run, and with it ${what}.`,
        names.join('; '),
        '',
      ),
    )
  }
  return { files, found }
}

/** Under a name that no runner looks for. */
function renamedAway({ pairs }: ReturnType<typeof pairCases>): readonly Weakening[] {
  const places = new Map<string, string>()
  for (const { was, is } of pairs)
    if (was.file !== is.file && isCollected(was.file) && !isCollected(is.file)) places.set(was.file, is.file)
  return [...places].map(([was, is]) =>
    weakening(is, 1, 'renamed-away', 'The tests stand in a file now that no runner looks for by its name.', was, is),
  )
}

function ofCase(was: ReadCase, is: ReadCase): readonly Weakening[] {
  const found: Weakening[] = []
  const name = shown(is.name)
  if (was.rows > is.rows && is.assertions.length <= was.assertions.length && was.rows > 1) {
    const message = `The test "${name}" has ${was.rows - is.rows} fewer rows of values.`
    found.push(weakening(is.file, is.line, 'fewer-rows', message, rowsOf(was, is), ''))
  }
  const returns = is.earlyReturns.length - was.earlyReturns.length
  if (returns > 0 && was.assertions.length > 0) {
    const line = is.earlyReturns.at(-1) ?? is.line
    found.push(
      weakening(is.file, line, 'early-return', `The test "${name}" can end before its assertions.`, '', 'return'),
    )
  }
  return found
}

function rowsOf(was: ReadCase, is: ReadCase): string {
  const rows = was.text.match(/(?:\[[^[\]]*\]|\{[^{}]*\}|\([^()]*\)),?/g) ?? []
  return rows
    .filter((row) => !is.text.includes(row))
    .slice(0, 5)
    .join(' ')
}

function markersMore(was: ReadCase, is: ReadCase): readonly Weakening[] {
  const found: Weakening[] = []
  const skips = newOnes(was.skips, is.skips)
  if (
    is.skips.length > was.skips.length ||
    skips.some(({ text }) => !was.skips.some((one) => isSameKind(one.text, text)))
  )
    for (const skip of skips.slice(0, 1))
      found.push(skipFound(is.file, skip, `${was.isGroup ? 'The tests of' : 'The test'} "${shown(is.name)}"`))
  for (const only of newOnes(was.onlys, is.onlys)) found.push(onlyFound(is.file, only))
  return found
}

/** A reason that was put in other words is the same skip. */
function isSameKind(one: string, other: string): boolean {
  const kind = (text: string) => /\w+/.exec(text)?.[0] ?? text
  return kind(one) === kind(other)
}

function newOnes(was: readonly Marker[], is: readonly Marker[]): readonly Marker[] {
  const known = was.map(({ text }) => text)
  return is.filter(({ text }) => {
    const at = known.indexOf(text)
    if (at !== -1) known.splice(at, 1)
    return at === -1
  })
}

/** Of a file's own level: all of its tests are meant. A new file has its own way from the start. */
function looseMarkers(before: readonly ReadTests[], after: readonly ReadTests[]): readonly Weakening[] {
  return after.flatMap((file) => {
    const was = before.find(({ path }) => path === file.path)
    const onlys = newOnes(
      was?.loose.filter(({ kind }) => kind === 'only') ?? [],
      file.loose.filter(({ kind }) => kind === 'only'),
    )
    if (was === undefined) return onlys.map((only) => onlyFound(file.path, only))
    const skips = newOnes(
      was.loose.filter(({ kind }) => kind === 'skip'),
      file.loose.filter(({ kind }) => kind === 'skip'),
    )
    return [
      ...onlys.map((only) => onlyFound(file.path, only)),
      ...skips.map((skip) => skipFound(file.path, skip, 'Tests of this file')),
    ]
  })
}

function skipFound(file: string, { line, text }: Marker, what: string): Weakening {
  return weakening(
    file,
    line,
    'new-skip',
    `${what} ${what.startsWith('Tests') || what.startsWith('The tests') ? 'are' : 'is'} left out, or allowed to fail, from now on.`,
    '',
    text,
  )
}

function onlyFound(file: string, { line, text }: Marker): Weakening {
  return weakening(file, line, 'new-only', 'Only this runs from now on, and all other tests are left out.', '', text)
}

type Lost = { readonly was: PlacedAssertion; readonly inCase: ReadCase | null }

function lostFound({ was, inCase }: Lost, after: readonly ReadTests[]): Weakening {
  const squeezed = was.text.replace(/\s+/g, '')
  const commented = after.find((file) => file.comments.includes(squeezed))
  const [file, line] = inCase === null ? [was.file, was.line] : [inCase.file, inCase.line]
  if (commented !== undefined)
    return weakening(
      commented.path,
      commented === after.find(({ path }) => path === file) ? line : 1,
      'commented-out-assertion',
      'An assertion is a comment now.',
      was.text,
      '',
    )
  const where = inCase === null ? '' : ` in the test "${shown(inCase.name)}"`
  return weakening(file, line, 'removed-assertion', `An assertion is gone${where}.`, was.text, '')
}

function ownerOf(before: readonly ReadTests[], assertion: PlacedAssertion): ReadCase | null {
  return before.find(({ path }) => path === assertion.file)?.cases[assertion.owner] ?? null
}

const TEXT_CHARACTERS = 400

export function weakening(
  file: string,
  line: number,
  rule: string,
  message: string,
  before: string,
  after: string,
  severity: Weakening['severity'] = 'error',
): Weakening {
  return {
    file,
    line,
    rule,
    message,
    before: before.slice(0, TEXT_CHARACTERS),
    after: after.slice(0, TEXT_CHARACTERS),
    severity,
  }
}

function shown(name: string): string {
  return name.replace(/\s+/g, ' ').slice(0, 120)
}

function firstLine({ text }: ReadCase): string {
  return text.slice(0, 200)
}
