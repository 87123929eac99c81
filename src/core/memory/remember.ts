// What people do with what is remembered: have something kept, look at it, keep or drop what was proposed, have something forgotten.
import type { MemoryFileName, MemoryFiles } from '../ports/memory-files.ts'
import type { FactId, MessageId, TaskId } from '../vocabulary/ids.ts'
import type { Fact, FactKind, FactStatus, MemoryScope } from '../vocabulary/memory.ts'
import { SHARED } from '../vocabulary/memory.ts'
import { constraintIn } from '../vocabulary/stated-rule.ts'
import { factIdOf, MOST_RULES, rulesOf } from './propose.ts'
import type { MemoryDeps } from './propose.ts'
import { mayDecide, scopeName, scopeNamed, scopeOfWords, visibleScopes } from './scopes.ts'
import type { ScopeName, Standing } from './scopes.ts'
import { comparable, factProblem, factText } from './sentence.ts'
import { isTransient } from './transient.ts'

export type Wish = {
  readonly text: string
  /** Found out from the words where it is not given: a stated rule is a constraint, anything else a fact. */
  readonly kind: FactKind | null
  /** Null: where they stand; their own in a direct chat, the group's in a group. */
  readonly scope: ScopeName | null
  /** The message that says so: the same message and text again is the same fact. Null: a fact of its own. */
  readonly messageId: MessageId | null
  readonly taskId: TaskId | null
}

/** `not_yours`: what is shared is changed by owners. `problem` is one sentence for the person. */
export type Remembered =
  | { readonly type: 'remembered'; readonly fact: Fact }
  | { readonly type: 'not_yours' }
  | { readonly type: 'refused'; readonly problem: string }

export type Decided =
  | { readonly type: 'decided'; readonly fact: Fact }
  | { readonly type: 'not_yours' }
  | { readonly type: 'not_found' }
  /** Several are meant by those words. */
  | { readonly type: 'unclear'; readonly facts: readonly Fact[] }

export type RememberedFact = Fact & {
  readonly shortId: string
  readonly scopeName: ScopeName
  readonly mayDecide: boolean
}

export type Memory = {
  /** Constraints first, then the newest. */
  readonly facts: readonly RememberedFact[]
  readonly files: readonly {
    readonly scope: MemoryScope
    readonly scopeName: ScopeName
    readonly name: MemoryFileName
  }[]
}

const MOST_SHOWN = 200
const SHORT_ID = 6

/** "Remember that …": kept at once, and dropped before only if it was this very message's. Durable when it resolves. */
export async function rememberNow(deps: MemoryDeps, standing: Standing, wish: Wish): Promise<Remembered> {
  const text = factText(wish.text)
  const problem = factProblem(text)
  if (problem !== null) return { type: 'refused', problem }
  if (wish.kind === 'lesson' && isTransient(text))
    return { type: 'refused', problem: 'That failed once and may work tomorrow: such things are not kept as lessons.' }
  const scope = wish.scope === null ? await scopeOfWords(deps, standing) : await scopeNamed(deps, standing, wish.scope)
  if (scope === null) return { type: 'refused', problem: 'There is no conversation here that it could be of.' }
  if (scope === SHARED && !standing.isOwner) return { type: 'not_yours' }
  const stated = constraintIn(text)
  const kind = wish.kind ?? (stated === null ? 'fact' : 'constraint')
  if (kind === 'constraint' && (await rulesOf(deps.facts, scope)) >= MOST_RULES)
    return {
      type: 'refused',
      problem: `There are ${MOST_RULES} constraints already, and each is told every time: drop one first.`,
    }
  const at = deps.clock.now()
  const kept = { by: standing.author, status: 'kept', at } as const
  const fact = await deps.facts.add({
    id: wish.messageId === null ? deps.ids.next() : factIdOf(deps.ids, wish.messageId, scope, text),
    scope,
    kind,
    text: kind === 'constraint' && stated !== null ? stated.text : text,
    rule: kind === 'constraint' && stated !== null ? stated.rule : null,
    confidence: 1,
    quote: null,
    from: standing.author,
    messageId: wish.messageId,
    taskId: wish.taskId,
    proposedBy: 'person',
    status: kept.status,
    decidedBy: kept.by,
    createdAt: at,
    decidedAt: at,
  })
  // An agent had proposed the same: now a person says so.
  const stands = fact.status === 'proposed' ? await deps.facts.decide(fact.id, kept.status, kept.by, at) : fact
  return { type: 'remembered', fact: stands ?? fact }
}

/** Keeps, drops, keeps again: any decision can be taken back. What they may not see is not there for them. */
export async function decideFact(
  deps: MemoryDeps,
  standing: Standing,
  id: FactId,
  status: Exclude<FactStatus, 'proposed'>,
): Promise<Decided> {
  const fact = await deps.facts.get(id)
  const { all } = await visibleScopes(deps, standing)
  if (fact === null || !all.includes(fact.scope)) return { type: 'not_found' }
  if (!mayDecide(fact, standing)) return { type: 'not_yours' }
  const decided = await deps.facts.decide(id, status, standing.author, deps.clock.now())
  return decided === null ? { type: 'not_found' } : { type: 'decided', fact: decided }
}

/** Drops what its text, a part of it, or its short id names, among what is not dropped. */
export async function forget(deps: MemoryDeps, standing: Standing, words: string): Promise<Decided> {
  const found = await findFacts(deps, standing, words, ['kept', 'proposed'])
  const [only] = found
  if (only === undefined) return { type: 'not_found' }
  // Said twice, once for each of a person's ids: forgotten for both.
  if (found.some((fact) => comparable(fact.text) !== comparable(only.text))) return { type: 'unclear', facts: found }
  const decisions = await Promise.all(found.map((fact) => decideFact(deps, standing, fact.id, 'dropped')))
  return decisions.find(({ type }) => type === 'decided') ?? decisions[0] ?? { type: 'not_found' }
}

/**
 * What an id, the end of one, a text or a part of one names: the most exact of these that names any. In a group words name nothing of the
 * person's own, or the answer would show it to everybody there; an id does.
 */
export async function findFacts(
  deps: Pick<MemoryDeps, 'facts' | 'identities'>,
  standing: Standing,
  words: string,
  statuses: readonly FactStatus[],
): Promise<readonly Fact[]> {
  const { all, shown } = await visibleScopes(deps, standing)
  const facts = await deps.facts.list({ scopes: all, statuses, limit: MOST_SHOWN })
  const isShown = ({ scope }: Fact) => shown.includes(scope)
  const wanted = comparable(words)
  if (wanted === '') return []
  const id = wanted.replace(/^#/, '')
  const ways: readonly ((fact: Fact) => boolean)[] = [
    (fact) => fact.id === id,
    (fact) => /^[0-9a-f]{4,}$/.test(id) && fact.id.endsWith(id),
    (fact) => isShown(fact) && comparable(fact.text).replace(/[.!]$/, '') === wanted.replace(/[.!]$/, ''),
    (fact) => isShown(fact) && wanted.length > 2 && comparable(fact.text).includes(wanted),
  ]
  return ways.map((way) => facts.filter(way)).find((some) => some.length > 0) ?? []
}

/** What is remembered for somebody where they stand; in a group nothing of their own. */
export async function memoryOf(
  deps: Pick<MemoryDeps, 'facts' | 'identities'> & { readonly memoryFiles: MemoryFiles },
  standing: Standing,
  statuses: readonly FactStatus[] = ['kept', 'proposed'],
): Promise<Memory> {
  const { shown } = await visibleScopes(deps, standing)
  const [facts, files] = await Promise.all([
    deps.facts.list({ scopes: shown, statuses, limit: MOST_SHOWN }),
    Promise.all(shown.map(async (scope) => ({ scope, names: await deps.memoryFiles.list(scope) }))),
  ])
  return {
    facts: facts.map((fact) => ({
      ...fact,
      shortId: shortFactId(fact.id),
      scopeName: scopeName(fact.scope),
      mayDecide: mayDecide(fact, standing),
    })),
    files: files.flatMap(({ scope, names }) => names.map((name) => ({ scope, scopeName: scopeName(scope), name }))),
  }
}

/** For people: the end of the id. */
export function shortFactId(id: FactId): string {
  return id.slice(-SHORT_ID)
}
