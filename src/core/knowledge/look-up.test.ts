import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../ports/clock.ts'
import { ModelError } from '../ports/models.ts'
import type { SourceId } from '../vocabulary/ids.ts'
import type { KnowledgeHit } from '../vocabulary/knowledge.ts'
import { SHARED } from '../vocabulary/memory.ts'
import { lookUp } from './look-up.ts'
import type { LookUpDeps } from './look-up.ts'

const hit = (text: string, score: number): KnowledgeHit => ({
  sourceId: 's' as SourceId,
  title: 't',
  uri: 'u',
  heading: 'h',
  text,
  score,
})
const label = { provider: 'test', model: 'tiny', offline: false }
const usage = { input_tokens: 1, output_tokens: 0, cached_input_tokens: 0 }

/** A clock on which no time passes, unless it is to be late. */
function clock(late: boolean): Clock {
  return {
    now: () => new Date(0),
    sleep: (_, signal) =>
      late ? Promise.resolve() : new Promise((resolve) => signal?.addEventListener('abort', () => resolve())),
  }
}

function deps(wishes: { embed?: LookUpDeps['models']['embed']; model?: string | null; late?: boolean }) {
  const logged: string[] = []
  const asked: string[] = []
  const found: LookUpDeps = {
    knowledge: {
      byWords: async (_, text) => (asked.push(text), [hit('by words', 3)]),
      byMeaning: async () => [hit('by meaning', 0.7), hit('beside the point', 0.05)],
    },
    models: {
      embed: wishes.embed ?? (async () => ({ vectors: [[1]], usage, model: label })),
      embeddingModel: () => (wishes.model === undefined ? 'test/tiny' : wishes.model),
    },
    clock: clock(wishes.late ?? false),
    telemetry: { log: (_, message) => void logged.push(message) },
  }
  const ask = async (words: string) => (await lookUp(found, [SHARED], words)).map(({ text }) => text)
  return { ask, logged, asked, found }
}

test('words and meaning are one answer, without what is about something else', async () => {
  const { ask, logged } = deps({})
  assert.deepEqual(await ask('something'), ['by meaning', 'by words'])
  assert.deepEqual(logged, [])
})

test('without a model, or where it fails, the words are answer enough', async () => {
  assert.deepEqual(await deps({ model: null }).ask('something'), ['by words'])
  const failing = deps({ embed: async () => Promise.reject(new ModelError('unreachable', 'It is gone.')) })
  assert.deepEqual(await failing.ask('something'), ['by words'])
  assert.equal(failing.logged.length, 1)
})

test('a model that takes too long delays no answer, and is told to stop', async () => {
  let stopped = false
  const slow = deps({
    late: true,
    embed: (_, signal) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => {
          stopped = true
          reject(new ModelError('aborted', 'Stopped.'))
        }),
      ),
  })
  assert.deepEqual(await slow.ask('something'), ['by words'])
  assert.equal(stopped, true)
  assert.equal(slow.logged.length, 1)
})

test('a store that is gone is an error, and no words are no question', async () => {
  const { found, ask, asked } = deps({})
  assert.deepEqual(await ask('  \n'), [])
  assert.deepEqual(await lookUp(found, [], 'something'), [])
  await ask('x'.repeat(10_000))
  assert.deepEqual(
    asked.map(({ length }) => length),
    [2_000],
  )
  const gone = { ...found, knowledge: { ...found.knowledge, byWords: () => Promise.reject(new Error('gone')) } }
  await assert.rejects(lookUp(gone, [SHARED], 'something'), /gone/)
})
