// How well search finds things: the share of questions whose answer is among the first ten, over words, meaning and both together.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { createSystemClock } from '../../src/adapters/system/clock.ts'
import { createSystemIds } from '../../src/adapters/system/ids.ts'
import { indexSource } from '../../src/core/knowledge/index-source.ts'
import { lookUp } from '../../src/core/knowledge/look-up.ts'
import { SHARED } from '../../src/core/vocabulary/memory.ts'
import { OWNER } from '../../src/core/vocabulary/principal.ts'
import { source } from '../contract/knowledge-store.ts'
import { filesIn, ROOT } from '../house/repository.ts'
import { ABOUT_DOCUMENTS, makeNotes, QUESTIONS } from '../support/knowledge-questions.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { embedTiny, TINY_MODEL, tinyModels } from '../support/tiny-embedder.ts'
import { openStores } from './postgres-stores.ts'

const [clock, ids] = [createSystemClock(), createSystemIds()]
const telemetry = { log: () => undefined }

test(
  'of the notes, both together find at least what either finds, and nearly all',
  { skip: withoutPostgres },
  async () => {
    const { knowledge, close } = await openStores()
    try {
      const notes = makeNotes(1_000)
      await knowledge.put(source({}), notes)
      await knowledge.embed(
        TINY_MODEL,
        new Map(notes.map((note) => [note.digest, embedTiny(`${note.heading}\n\n${note.text}`)])),
      )
      const textOf = new Map(notes.map(({ digest, text }) => [digest, text]))
      const found = { words: 0, meaning: 0, both: 0 }
      for (const { text, digest } of QUESTIONS) {
        const has = (hits: readonly { readonly text: string }[]) =>
          hits.some((hit) => hit.text === textOf.get(digest)) ? 1 : 0
        found.words += has(await knowledge.byWords([SHARED], text, 10))
        found.meaning += has(await knowledge.byMeaning([SHARED], { model: TINY_MODEL, vector: embedTiny(text) }, 10))
        found.both += has(await lookUp({ knowledge, models: tinyModels, clock, telemetry }, [SHARED], text, 10))
      }
      const share = found.both / QUESTIONS.length
      assert.ok(share >= 0.85, JSON.stringify({ ...found, of: QUESTIONS.length }))
      assert.ok(found.both >= found.words && found.both >= found.meaning, JSON.stringify(found))
    } finally {
      await close()
    }
  },
)

test(
  "of our own documents, questions in a person's words find what answers them",
  { skip: withoutPostgres },
  async () => {
    const { knowledge, close } = await openStores()
    try {
      const pages = [...filesIn(['docs'], ['.md']), 'CONTRIBUTING.md', 'AGENTS.md'].filter(
        (path) => path !== 'docs/seeds.md',
      )
      const deps = { knowledge, ids, clock, telemetry, models: tinyModels }
      for (const page of pages) {
        const text = await readFile(`${ROOT}/${page}`, 'utf8')
        await indexSource(deps, { scope: SHARED, kind: 'document', title: page, uri: page, text, addedBy: OWNER })
      }
      const missed: string[] = []
      for (const { text, says } of ABOUT_DOCUMENTS) {
        const hits = await lookUp({ knowledge, models: tinyModels, clock, telemetry }, [SHARED], text, 10)
        if (!hits.some((hit) => hit.text.includes(says))) missed.push(text)
      }
      assert.ok(missed.length <= ABOUT_DOCUMENTS.length * 0.2, missed.join('\n'))
    } finally {
      await close()
    }
  },
)
