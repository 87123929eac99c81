import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import type { ModelPurpose, Models } from '../ports/models.ts'
import type { SecretScanner } from '../ports/secret-scanner.ts'
import { guardedModels } from './guarded-models.ts'

const SECRET = 'tok-77af9c1e5b'
const scanner: SecretScanner = {
  scan: async (text) =>
    [...text.matchAll(/tok-[0-9a-f]{10}/g)].map(({ index }) => ({
      rule: 'Test',
      start: index,
      end: index + SECRET.length,
    })),
}
const never = new AbortController().signal
const purpose: ModelPurpose = { taskId: null, role: 'coder', step: 's', subject: 's' }
const about = { tier: 'main', purpose, maxOutputTokens: 10, deadlineMs: 10 } as const

test('no model is told a secret, in whatever part of what it is asked; what it said itself is as it said it', async () => {
  const told: unknown[] = []
  const tell = (request: unknown): Promise<never> => {
    told.push(request)
    return Promise.reject(new Error('Nobody answers here'))
  }
  const models: Models = {
    describe: () => ({ provider: 'none', model: 'none', offline: true }),
    chat: tell,
    object: tell,
    transcribe: tell,
    describeImage: tell,
    embed: tell,
    embeddingModel: () => null,
  }
  const guarded = guardedModels(models, scanner)
  const said = { role: 'assistant', text: `I use ${SECRET}`, toolCalls: [], providerData: SECRET } as const
  const printed = { role: 'tool', callId: '1', tool: 'shell', output: `printed ${SECRET}`, ok: true } as const
  const system = `rules ${SECRET}`
  const messages = [{ role: 'user', text: `use ${SECRET}` }, said, printed] as const
  await assert.rejects(guarded.chat({ ...about, system, messages, tools: [] }, never), /Nobody answers/)
  const object = { ...about, schemaName: 'x', schema: z.string() }
  await assert.rejects(guarded.object({ ...object, system, prompt: `what is ${SECRET}?` }, never), /Nobody answers/)
  await assert.rejects(guarded.embed([`one ${SECRET}`, 'two'], never), /Nobody answers/)
  const clean = 'rules [secret removed]'
  assert.deepEqual(told, [
    {
      ...about,
      system: clean,
      messages: [
        { role: 'user', text: 'use [secret removed]' },
        said,
        { ...printed, output: 'printed [secret removed]' },
      ],
      tools: [],
    },
    { ...object, system: clean, prompt: 'what is [secret removed]?' },
    ['one [secret removed]', 'two'],
  ])
})
