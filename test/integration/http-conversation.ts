// What tests say in conversations over HTTP, and what a worker does with it.
import assert from 'node:assert/strict'
import { z } from 'zod'
import { messageSchema, takenSchema, threadSchema } from '../../src/adapters/http/conversation-wire.ts'
import { artifactSchema } from '../../src/adapters/http/wire.ts'
import { approvalRequest } from '../../src/core/task/accept-request.ts'
import type { TaskId } from '../../src/core/vocabulary/ids.ts'
import type { Principal } from '../../src/core/vocabulary/principal.ts'
import type { World } from './http-world.ts'

export const NOBODYS = '01900000-0000-7000-8000-000000000000'
export const threadPage = z.object({ items: z.array(threadSchema), next_cursor: z.string().nullable() })
const messagePage = z.object({ items: z.array(messageSchema), next_cursor: z.string().nullable() })

export async function begin(world: World, who: Principal): Promise<string> {
  const response = await world.call(who, 'POST', '/v1/threads', {})
  assert.equal(response.status, 201)
  return threadSchema.parse(await response.json()).id
}

export async function say(
  world: World,
  who: Principal,
  thread: string,
  body: object,
): Promise<z.output<typeof takenSchema>> {
  const response = await world.call(who, 'POST', `/v1/threads/${thread}/messages`, body)
  assert.ok(response.status === 201 || response.status === 200, await response.clone().text())
  return takenSchema.parse(await response.json())
}

export async function messagesOf(
  world: World,
  who: Principal,
  thread: string,
  query = '',
): Promise<z.output<typeof messagePage>> {
  return messagePage.parse(await (await world.call(who, 'GET', `/v1/threads/${thread}/messages${query}`)).json())
}

/** What a worker does with plain words that ask for work: it proposes, and waits. */
export async function propose(world: World, id: string): Promise<void> {
  const { append } = await world.claimed(id as TaskId)
  await append({
    type: 'task.routed',
    data: {
      intent: 'command',
      task_type: 'dev_pipeline',
      confidence: 0.9,
      summary: 'You want a page.',
      plan: 'Make one.',
      needs_confirmation: true,
      command: null,
      ask: null,
      source: null,
    },
  })
  const subject = 'Understood: You want a page.\nWill: Make one.'
  const expiresAt = new Date(Date.now() + 60_000)
  const estimate = { seconds: 40, tokens: 9_000, tasks: 5 }
  await append(approvalRequest(world.deps.ids, { kind: 'plan', subject, expiresAt, estimate }))
}

export async function refusal(response: Response): Promise<readonly [number, unknown]> {
  const text = await response.text()
  assert.equal(response.headers.get('content-type'), 'application/problem+json', text)
  return [response.status, (JSON.parse(text) as { code: unknown }).code]
}

export async function upload(world: World, who: Principal, thread: string, name: string, type: string, text: string) {
  const authorization = `Bearer ${await world.tokenOf(who)}`
  const headers = { authorization, 'content-type': type }
  const url = `${world.url}/v1/threads/${thread}/artifacts?name=${encodeURIComponent(name)}`
  const response = await fetch(url, { method: 'POST', headers, body: Buffer.from(text, 'latin1') })
  assert.equal(response.status, 201, await response.clone().text())
  return artifactSchema.parse(await response.json())
}
