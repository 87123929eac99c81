// Which assertion of now was which one before, and whether it asks for less: a test may be written anew as long as it asks for as much.
import { isCollected } from './languages.ts'
import { compareAsked } from './compare-asked.ts'
import type { CasePairs } from './pair-cases.ts'
import type { PlacedAssertion, ReadCase, ReadTests } from './read-tests.ts'

export type Weaker = {
  readonly was: PlacedAssertion
  readonly is: PlacedAssertion
  readonly rule: string
  readonly message: string
  readonly severity: 'error' | 'note'
}
export type AssertionPairs = {
  /** Found again, there or elsewhere, asking for as much. */
  readonly kept: ReadonlySet<PlacedAssertion>
  /** `inCase` is the case as it is now, null where it is gone or there was none. */
  readonly lost: readonly { readonly was: PlacedAssertion; readonly inCase: ReadCase | null }[]
  readonly weaker: readonly Weaker[]
}

/** A case with more assertions than this that changed is compared in order instead of each with each. */
const MOST_COMPARED = 150
/** How much of what two assertions are made of must be the same for one to be the other. */
const ALIKE = 0.3
const ROUNDING = 0.05

export function pairAssertions(
  before: readonly ReadTests[],
  after: readonly ReadTests[],
  cases: CasePairs,
): AssertionPairs {
  const homes = createHomes(before, after, cases)
  const kept = new Set<PlacedAssertion>()
  const used = new Set<PlacedAssertion>()
  const weaker: Weaker[] = []
  const asks = (is: PlacedAssertion, was: PlacedAssertion | null) => homes.asks(is, was)

  let open = before.flatMap(({ assertions }) => assertions)
  const all = after.flatMap(({ assertions }) => assertions)
  for (const place of [homes.caseKey, homes.fileKey, () => '']) {
    const waiting = groupBy(
      // Elsewhere only what runs there takes the place of what ran here.
      all.filter((one) => !used.has(one) && (place === homes.caseKey || one.strength === 0 || asks(one, null) > 0)),
      (one) => JSON.stringify([place(one), one.text]),
    )
    open = open.filter((was) => {
      const candidates = waiting.get(JSON.stringify([place(was), was.text])) ?? []
      const at = Math.max(
        0,
        candidates.slice(0, 20).findIndex((one) => one.mute === null && asks(one, was) > 0),
      )
      const [is] = candidates.splice(at, 1)
      if (is === undefined) return true
      used.add(is)
      kept.add(was)
      const why = muted(was, is, homes.isCounterpart(was, is), asks(is, was))
      if (why !== null) weaker.push(why)
      return false
    })
  }

  const fresh = groupBy(
    all.filter((one) => !used.has(one)),
    homes.caseKey,
  )
  const lost: { was: PlacedAssertion; inCase: ReadCase | null }[] = []
  for (const [key, group] of groupBy(open, homes.caseKey)) {
    const come = fresh.get(key) ?? []
    const candidates = homes.isPaired(key)
      ? come
      : all.filter((one) => !used.has(one) && asks(one, null) > 0).slice(0, MOST_COMPARED * 4)
    const left = pairAlike(
      group,
      homes.isPaired(key) ? come : candidates.filter(({ file }) => group.some((was) => was.file === file)),
    )
    for (const was of left) {
      if (was.strength === 0 || was.mute !== null || isCovered(was, candidates, homes)) kept.add(was)
      else {
        const instead = come.find(
          (is) => !used.has(is) && is.mute === null && asks(is, was) >= Math.max(1, was.strength) - ROUNDING,
        )
        if (instead === undefined || !homes.isPaired(key)) lost.push({ was, inCase: homes.caseNow(was) })
        else {
          used.add(instead)
          kept.add(was)
          weaker.push({
            was,
            is: instead,
            rule: 'replaced-assertion',
            message: 'Another assertion stands in the place of this one.',
            severity: 'note',
          })
        }
      }
    }
  }
  return { kept, lost, weaker }

  /** What is left over. */
  function pairAlike(group: readonly PlacedAssertion[], come: readonly PlacedAssertion[]): readonly PlacedAssertion[] {
    const isMany = group.length > MOST_COMPARED || come.length > MOST_COMPARED * 4
    const scored = isMany
      ? group.flatMap((was, index) => (come[index] === undefined ? [] : [{ was, is: come[index], score: 1 }]))
      : group
          .flatMap((was) => come.map((is) => ({ was, is, score: likeness(was, is) })))
          .filter(({ score }) => score >= ALIKE)
          .toSorted((one, other) => other.score - one.score)
    const done = new Set<PlacedAssertion>()
    for (const { was, is } of scored) {
      if (done.has(was) || used.has(is)) continue
      const compared = compareAsked(was, is, is.mute === null ? asks(is, was) : 0, homes.isStrict(is.file))
      // Something else may say all of it.
      if (
        compared !== null &&
        compared.severity === 'error' &&
        isCovered(
          was,
          come.filter((other) => other !== is),
          homes,
        )
      )
        continue
      done.add(was)
      used.add(is)
      kept.add(was)
      if (compared !== null) weaker.push({ was, is, ...compared })
    }
    return group.filter((was) => !done.has(was))
  }
}

/** The very same text, which does not do the same any more. */
function muted(was: PlacedAssertion, is: PlacedAssertion, isThere: boolean, asks: number): Weaker | null {
  const told = (rule: string, message: string): Weaker => ({ was, is, rule, message, severity: 'error' })
  if (was.mute === null && is.mute === 'swallowed')
    return told('swallowed-assertion', 'What this assertion finds is swallowed: it can’t fail its test any more.')
  if (was.mute === null && is.mute === 'unreachable')
    return told('unreachable-assertion', 'This assertion is never reached any more.')
  if (asks === 0 && was.strength > 0) return told('skipped-assertion', 'This assertion stands where it is not run.')
  if (isThere && is.guards > was.guards && !is.repeats)
    return told('conditional-assertion', 'This assertion is made under a condition only, from now on.')
  return null
}

/** Whether newer assertions say all that it says: one about the whole, a loop over a table, a helper. */
function isCovered(was: PlacedAssertion, candidates: readonly PlacedAssertion[], homes: Homes): boolean {
  const needed = was.strength - 0.11
  const says = [...was.tokens].filter(
    (token) =>
      !/^(?:assert\w*|expect\w*|to[A-Z]\w*|equal\w*|deep\w*|strict\w*|ok|self|should|t|require|if|Error\w*|Fatal\w*)$/.test(
        token,
      ),
  )
  const direct = candidates.some((is) => {
    if (is.mute !== null || homes.asks(is, was) < needed) return false
    if (says.length > 0 && says.every((token) => is.tokens.has(token))) return true
    if (!is.repeats) return false
    const text = homes.textAround(is)
    return was.literals.length > 0 && was.literals.every((literal) => text.includes(literal.replaceAll('"', '')))
  })
  return (
    direct ||
    homes
      .helpersCalled(was)
      .some(({ call, asserts }) =>
        asserts.some(
          (one) =>
            one.strength >= needed &&
            was.literals.every(
              (literal) => one.literals.includes(literal) || call.includes(literal.replaceAll('"', '')),
            ),
        ),
      )
  )
}

type Homes = ReturnType<typeof createHomes>

/** Where assertions live: in which case, in which file, and what that says about them. */
function createHomes(before: readonly ReadTests[], after: readonly ReadTests[], { pairs }: CasePairs) {
  const nowOf = new Map(pairs.map(({ was, is }) => [was, is]))
  const wasOf = new Map(pairs.map(({ was, is }) => [is, was]))
  const files = {
    was: new Map(before.map((file) => [file.path, file])),
    is: new Map(after.map((file) => [file.path, file])),
  }
  const isOld = new Set(before.flatMap(({ assertions }) => assertions))
  const keys = new Map<ReadCase, string>()
  pairs.forEach(({ was, is }, index) => {
    keys.set(was, `pair ${index}`)
    keys.set(is, `pair ${index}`)
  })
  const caseOf = (one: PlacedAssertion): ReadCase | null =>
    files[isOld.has(one) ? 'was' : 'is'].get(one.file)?.cases[one.owner] ?? null
  const code = after.map((file) => file.code).join('\n')
  const uses = new Map<string, number>()
  const usesOf = (name: string): number => {
    const known = uses.get(name)
    if (known !== undefined) return known
    const count = code.split(name).length - 1
    uses.set(name, count)
    return count
  }
  const idle = new Set(
    after.flatMap(({ helpers, path }) =>
      !isCollected(path)
        ? []
        : [...helpers].flatMap(([name, asserts]) =>
            usesOf(name) > 1 ? [] : asserts.map(({ start, text }) => `${start} ${text}`),
          ),
    ),
  )
  const caseKey = (one: PlacedAssertion): string => {
    const owner = caseOf(one)
    if (owner !== null)
      return keys.get(owner) ?? JSON.stringify(['case', isOld.has(one), owner.file, owner.name, owner.start])
    const is = files.was.has(one.file) && files.is.has(one.file)
    return is ? `pair of files ${one.file}` : JSON.stringify(['file', isOld.has(one), one.file])
  }
  return {
    caseKey,
    fileKey: ({ file }: PlacedAssertion) => file,
    isPaired: (key: string) => key.startsWith('pair '),
    isCounterpart: (was: PlacedAssertion, is: PlacedAssertion) => caseKey(was) === caseKey(is),
    caseNow: (was: PlacedAssertion): ReadCase | null => {
      const owner = caseOf(was)
      return owner === null ? null : (nowOf.get(owner) ?? null)
    },
    /** Zero where it does not run: in a case that is left out, in a function that nobody calls. */
    asks: (is: PlacedAssertion, was: PlacedAssertion | null): number => {
      const owner = caseOf(is)
      if (owner === null) return idle.has(`${is.start} ${is.text}`) ? 0 : is.strength
      const isNew = wasOf.get(owner) === undefined
      return isNew && owner.skips.length > 0 && (was === null || (caseOf(was)?.skips.length ?? 0) === 0)
        ? 0
        : is.strength
    },
    textAround: (is: PlacedAssertion): string => {
      const owner = caseOf(is)
      const file = files.is.get(is.file)
      // A table may stand above its case.
      return owner === null || is.repeats ? (file?.code ?? '') : owner.text
    },
    isStrict: (path: string) => /assert\/strict|\.strict\b/.test(files.is.get(path)?.code ?? ''),
    helpersCalled: (was: PlacedAssertion) => {
      const owner = caseOf(was)
      const now = owner === null ? null : nowOf.get(owner)
      if (owner === null || now === null || now === undefined) return []
      return after.flatMap(({ helpers }) =>
        [...helpers].flatMap(([name, asserts]) =>
          callsOf(now.text, name) > callsOf(owner.text, name) ? [{ call: now.text, asserts }] : [],
        ),
      )
    },
  }
}

function callsOf(text: string, name: string): number {
  return text.split(`${name}(`).length - 1
}

function likeness(was: PlacedAssertion, is: PlacedAssertion): number {
  let shared = 0
  for (const token of was.tokens) if (is.tokens.has(token)) shared += 1
  return shared / Math.max(1, was.tokens.size + is.tokens.size - shared)
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const name = key(item)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [item])
    else group.push(item)
  }
  return groups
}
