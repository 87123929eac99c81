// Which test case of now was which one before: by name, by its place, by what is in it.
import type { ReadCase, ReadTests } from './read-tests.ts'

export type CasePairs = {
  readonly pairs: readonly { readonly was: ReadCase; readonly is: ReadCase }[]
  readonly gone: readonly ReadCase[]
  readonly come: readonly ReadCase[]
}

/** Cases that look alike are not looked for among more than this: a thousand renamed tests are told of as gone. */
const MOST_COMPARED = 400
/** How much of what two cases are made of must be the same. */
const ALIKE = 0.5

export function pairCases(before: readonly ReadTests[], after: readonly ReadTests[]): CasePairs {
  const pairs: { was: ReadCase; is: ReadCase }[] = []
  let gone = before.flatMap(({ cases }) => cases)
  let come = after.flatMap(({ cases }) => cases)
  const round = (key: (one: ReadCase) => string) => {
    const waiting = new Map<string, ReadCase[]>()
    for (const one of come) {
      const list = waiting.get(key(one))
      if (list === undefined) waiting.set(key(one), [one])
      else list.push(one)
    }
    const taken = new Set<ReadCase>()
    gone = gone.filter((was) => {
      const is = waiting.get(key(was))?.shift()
      if (is === undefined) return true
      taken.add(is)
      pairs.push({ was, is })
      return false
    })
    come = come.filter((one) => !taken.has(one))
  }
  const kind = ({ isGroup }: ReadCase) => (isGroup ? 'group' : 'case')
  const last = ({ name }: ReadCase) => name.split(' › ').at(-1) ?? ''
  round((one) => JSON.stringify([kind(one), one.file, one.name, one.text]))
  round((one) => JSON.stringify([kind(one), one.file, one.name]))
  round((one) => JSON.stringify([kind(one), one.name, one.text]))
  round((one) => JSON.stringify([kind(one), one.name]))
  round((one) => JSON.stringify([kind(one), one.file, last(one)]))
  round((one) => JSON.stringify([kind(one), last(one)]))
  round((one) => JSON.stringify([kind(one), contentOf(one)]))
  if (gone.length > 0 && come.length > 0 && gone.length * come.length <= MOST_COMPARED * MOST_COMPARED) {
    const alike = gone
      .flatMap((was) =>
        come.flatMap((is) => (was.isGroup === is.isGroup ? [{ was, is, score: likeness(was, is) }] : [])),
      )
      .filter(({ score }) => score >= ALIKE)
      .toSorted((one, other) => other.score - one.score)
    const used = new Set<ReadCase>()
    for (const { was, is } of alike) {
      if (used.has(was) || used.has(is)) continue
      used.add(was).add(is)
      pairs.push({ was, is })
    }
    gone = gone.filter((one) => !used.has(one))
    come = come.filter((one) => !used.has(one))
  }
  return { pairs, gone, come }
}

/** Without its name. */
function contentOf({ text, name }: ReadCase): string {
  const last = name.split(' › ').at(-1) ?? ''
  return last === '' ? text : text.replace(last, '')
}

function likeness(was: ReadCase, is: ReadCase): number {
  const [one, other] = [was.tokens, is.tokens]
  let shared = 0
  for (const token of one) if (other.has(token)) shared += 1
  return shared / Math.max(1, one.size + other.size - shared)
}
