// Plans of any shape become stages in which nothing begins before what it needs, and the same plan always becomes the same stages.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Plan, Subtask } from '../vocabulary/plan.ts'
import { inOneLine, scheduleSubtasks } from './schedule.ts'
import type { Branch, Stage } from './schedule.ts'

const serves = (role: string): boolean => role === 'executor'

function subtask(id: string, depends_on: readonly string[] = [], role = 'coder'): Subtask {
  return { id, title: id, role, instructions: 'do it', acceptance: [], depends_on }
}

function stagesOf(...subtasks: readonly Subtask[]): readonly Stage[] | null {
  return scheduleSubtasks({ summary: '', subtasks }, serves)
}

function branch(id: string, base: Branch['base'], ...knows: readonly string[]): Branch {
  return { id, base, knows }
}

test('what waits for each other stays in one line', () => {
  const plan = [subtask('a'), subtask('b', ['a']), subtask('c', ['b'])]
  assert.deepEqual(stagesOf(...plan), inOneLine({ summary: '', subtasks: plan }))
  assert.deepEqual(stagesOf(subtask('a')), [{ type: 'own', id: 'a', knows: [] }])
})

test('between the first and the last, which all have in common, two work side by side', () => {
  assert.deepEqual(stagesOf(subtask('a'), subtask('b', ['a']), subtask('c', ['a']), subtask('d', ['b', 'c'])), [
    { type: 'own', id: 'a', knows: [] },
    { type: 'side_by_side', branches: [branch('b', { type: 'begin' }, 'a'), branch('c', { type: 'begin' }, 'a')] },
    { type: 'own', id: 'd', knows: ['a', 'b', 'c'] },
  ])
})

test('a branch goes on from one other, or from what several became together', () => {
  const plan = [subtask('a'), subtask('b'), subtask('c', ['a']), subtask('d', ['a', 'b']), subtask('e', ['c', 'a'])]
  assert.deepEqual(stagesOf(...plan), [
    {
      type: 'side_by_side',
      branches: [
        branch('a', { type: 'begin' }),
        branch('b', { type: 'begin' }),
        branch('c', { type: 'tip', of: 'a' }, 'a'),
        branch('d', { type: 'merged', after: 'b' }, 'a', 'b'),
        branch('e', { type: 'tip', of: 'c' }, 'a', 'c'),
      ],
    },
  ])
})

test('nobody works beside a role that serves', () => {
  assert.deepEqual(stagesOf(subtask('a'), subtask('run', [], 'executor'), subtask('b')), [
    { type: 'own', id: 'a', knows: [] },
    { type: 'own', id: 'run', knows: ['a'] },
    { type: 'own', id: 'b', knows: ['a', 'run'] },
  ])
})

test('a circle has no schedule', () => {
  assert.equal(stagesOf(subtask('a', ['b']), subtask('b', ['a'])), null)
})

const anyPlan: fc.Arbitrary<Plan> = fc.integer({ min: 1, max: 12 }).chain((size) =>
  fc
    .array(
      fc.record({ serves: fc.boolean(), rarely: fc.nat(4), needs: fc.array(fc.nat(size - 1), { maxLength: 3 }) }),
      { minLength: size, maxLength: size },
    )
    .map((given) => ({
      summary: '',
      subtasks: given.map(({ serves: may, rarely, needs }, index) =>
        subtask(
          `s${index}`,
          needs.filter((other) => other < index).map((other) => `s${other}`),
          may && rarely === 0 ? 'executor' : 'coder',
        ),
      ),
    })),
)

/** What each subtask waits for, near and far. */
function needsOf(plan: Plan): ReadonlyMap<string, ReadonlySet<string>> {
  const needs = new Map<string, Set<string>>()
  for (const { id, depends_on } of plan.subtasks)
    needs.set(id, new Set(depends_on.flatMap((one) => [one, ...(needs.get(one) ?? [])])))
  return needs
}

test('any plan: every subtask once, nothing before what it needs, nobody beside whoever serves', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const stages = scheduleSubtasks(plan, serves)
      assert.ok(stages !== null)
      assert.deepEqual(scheduleSubtasks(plan, serves), stages)
      const places = stages.flatMap((stage): readonly { readonly id: string; readonly knows: readonly string[] }[] =>
        stage.type === 'own' ? [stage] : stage.branches,
      )
      const ids = places.map(({ id }) => id)
      assert.deepEqual(ids.toSorted(), plan.subtasks.map(({ id }) => id).toSorted())
      const needs = needsOf(plan)
      const executors = new Set(plan.subtasks.filter(({ role }) => serves(role)).map(({ id }) => id))
      places.forEach(({ id, knows }, index) => {
        // What it begins with holds all that it needs, and nothing that is merged later than it is.
        for (const need of needs.get(id) ?? []) assert.ok(knows.includes(need), `${id} begins without ${need}`)
        for (const one of knows) assert.ok(ids.indexOf(one) < index)
        assert.equal(new Set(knows).size, knows.length)
      })
      for (const stage of stages) {
        if (stage.type === 'own') continue
        assert.ok(stage.branches.length > 1)
        const here = stage.branches.map(({ id }) => id)
        for (const { id, base } of stage.branches) {
          assert.ok(!executors.has(id))
          // Side by side with somebody, or it would stand in the line.
          assert.ok(here.some((other) => other !== id && !needs.get(id)?.has(other) && !needs.get(other)?.has(id)))
          if (base.type === 'tip') assert.ok(needs.get(id)?.has(base.of))
          if (base.type === 'merged') assert.ok(needs.get(id)?.has(base.after))
        }
      }
    }),
    { numRuns: 500 },
  )
})
