// The evidence of a task in the console: pictures, the report in its frame, findings by file, branches in the plan, limits that were met.
import assert from 'node:assert/strict'
import { deflateSync, crc32 } from 'node:zlib'
import { test } from 'node:test'
import type { ArtifactId, TaskId } from '../../src/core/vocabulary/ids.ts'
import { evidenceKey } from '../../src/core/vocabulary/evidence-files.ts'
import { OWNER } from '../integration/http-world.ts'
import type { World } from '../integration/http-world.ts'
import { SAMPLE_RECORD, sampleEvents } from '../support/sample-evidence.ts'
import { SAMPLE_RESULT } from '../support/sample-work.ts'
import { beginWork, openStage } from './console-stage.ts'
import type { Actor } from './console-stage.ts'

/** A picture of one colour. */
function png(width: number, height: number, colour: readonly [number, number, number]): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
    length.writeUInt32BE(data.length)
    sum.writeUInt32BE(crc32(body))
    return Buffer.concat([length, body, sum])
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  const row = Buffer.from([0, ...Array.from({ length: width }, () => colour).flat()])
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => row)))
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', new Uint8Array())])
}

/** Keeps the pictures of the preview as the crew keeps them. */
async function keepPictures(world: World, taskId: TaskId, actor: Actor): Promise<void> {
  for (const { name, width, height } of SAMPLE_RECORD.screenshots) {
    const bytes = png(width, height, name.includes('phone') ? [226, 237, 230] : [247, 232, 211])
    const id = world.deps.ids.next<ArtifactId>()
    const objectKey = evidenceKey(taskId, name)
    const file = { id, name, mediaType: 'image/png', bytes: bytes.length }
    await world.deps.objects.put(objectKey, bytes)
    await world.deps.artifacts.add({
      ...file,
      taskId,
      messageId: null,
      kind: 'file',
      content: null,
      objectKey,
      createdAt: new Date(),
    })
    await actor.append({
      type: 'artifact.added',
      data: { artifact_id: id, name, media_type: file.mediaType, bytes: file.bytes },
    })
  }
}

test('the evidence of a task is looked at in one tab, and what led to it in the others', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { world, page, complaints } = stage
  const taskId = await world.createTask(OWNER, 'A small shop for my pottery')
  const actor = await beginWork(world, taskId)
  const work = sampleEvents()
    .filter(({ type }) => !type.startsWith('task.') && !type.startsWith('approval.'))
    .map(({ task_id: _, seq: __, at: ___, ...body }) => body)
  await actor.append(...work)
  await keepPictures(world, taskId, actor)
  await actor.append(
    { type: 'budget.exhausted', data: { limit: 'memory an agent', used: 2_147_483_648, allowed: 2_147_483_648 } },
    {
      type: 'step.completed',
      data: { step: 'evidence', agent: 'platform', output: SAMPLE_RECORD, commit: null, duration_ms: 2_900 },
    },
    { type: 'task.completed', data: { result: SAMPLE_RESULT } },
  )

  await page.goto(`${world.url}/#/task/${taskId}/evidence`)
  const pictures = page.locator('.shots img')
  await pictures.nth(1).waitFor()
  const drawn = async () =>
    page.evaluate(`[...document.querySelectorAll('.shots img')].every((it) => it.complete && it.naturalWidth > 700)`)
  for (let looks = 0; looks < 50 && !(await drawn()); looks += 1) await page.waitForTimeout(100)
  assert.equal(await drawn(), true, 'both pictures are shown')
  await page.getByText('more memory than the 2 GB an agent may use').waitFor()

  const report = page.frameLocator('iframe.report')
  await report.getByRole('heading', { name: 'A small shop for my pottery' }).waitFor()
  assert.equal(await report.locator('script').count(), 0)
  // Its own style holds, by its digest, and its pictures are inside.
  const paper = await report.locator('body').evaluate('(body) => getComputedStyle(body).backgroundColor')
  assert.notEqual(paper, 'rgba(0, 0, 0, 0)')
  assert.equal(await report.locator('img[src^="data:image/png"]').count(), 2)
  assert.equal(await report.getByText('rolled back, byte for byte').count(), 1)

  await page.getByRole('tab', { name: /Checks/ }).click()
  await page.getByText('failed before already').first().waitFor()
  await page.locator('.check-failed .found-file').first().waitFor()
  await page.getByText('What was tried to mend it').waitFor()
  await page.getByRole('tab', { name: /Plan/ }).click()
  await page.getByText('merged, conflict').first().waitFor()
  assert.ok((await page.locator('.picture .edge-merged').count()) >= 3)
  assert.deepEqual(
    complaints.filter((line) => !line.includes('sandboxed')),
    [],
  )
})
