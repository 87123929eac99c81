// Hostile text in every field that reaches the console: it is shown, and does nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ArtifactId, PreviewId } from '../../src/core/vocabulary/ids.ts'
import type { AgentName } from '../../src/core/vocabulary/event.ts'
import { OWNER } from '../integration/http-world.ts'
import {
  beginWork,
  checked,
  completed,
  openStage,
  resultWith,
  said,
  started,
  toolRan,
  unfold,
} from './console-stage.ts'

const MARKUP = `"'><img src=x onerror="window.harmed=1"><script>window.harmed=1</script><style>*{display:none}</style>`
const EVIL = `\u001b[2J\u001b]0;gone\u0007\u001b[31m${MARKUP}\u202Eesrever [a](javascript:window.harmed=1) \u0000end`
const SHOWN = `${MARKUP}\\u{202E}esrever`
const TABS = ['log', 'plan', 'checks', 'changes', 'preview', 'result']

test('markup, terminal escapes and bidirectional overrides are inert wherever they come from', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const { page, world } = stage
  // PostgreSQL could not keep it, but a log may come from elsewhere.
  const taskId = await world.createTask(OWNER, EVIL.replace('\u0000', ''))
  const actor = await beginWork(world, taskId, EVIL)
  const agent = 'coder' satisfies AgentName
  const evilSubtask = {
    id: 'evil',
    title: EVIL,
    role: 'coder',
    instructions: EVIL,
    acceptance: [EVIL],
    depends_on: [EVIL],
  }
  await actor.append(
    started('plan', 'planner', EVIL),
    completed('plan', 'planner', { summary: EVIL, subtasks: [evilSubtask, { ...evilSubtask, id: 'second' }] }),
    started('subtask/evil', agent, EVIL),
    { type: 'step.progress', data: { step: 'subtask/evil', agent, message: EVIL } },
    said('subtask/evil', agent, EVIL),
    ...toolRan('subtask/evil', EVIL, { command: EVIL, [EVIL]: [EVIL] }, EVIL, false),
    { type: 'step.failed', data: { step: 'subtask/evil', agent, error: EVIL } },
    checked('gate/1', EVIL, false, EVIL),
    completed('review/1', 'reviewer', {
      approved: false,
      summary: EVIL,
      findings: [{ file: EVIL, problem: EVIL, blocking: true }],
    }),
    completed('diff', 'platform', {
      files: [{ path: 'a.js', change: EVIL, additions: 1, deletions: 0 }],
      patch: `diff --git a/a.js b/a.js\n--- a/a.js\n+++ b/a.js\n@@ -1 +1 @@\n+${EVIL}\n`,
      truncated: false,
    }),
    {
      type: 'preview.ready',
      data: {
        preview_id: 'p' as PreviewId,
        url: 'javascript:window.harmed=1',
        port: 1,
        expires_at: new Date(Date.now() + 60_000).toISOString(),
      },
    },
    {
      type: 'artifact.added',
      data: { artifact_id: '../../x' as ArtifactId, name: EVIL, media_type: EVIL, bytes: 1 },
    },
    {
      type: 'usage.recorded',
      data: {
        step: 'subtask/evil',
        agent,
        tier: 'main',
        provider: EVIL,
        model: EVIL,
        offline: false,
        input_tokens: 1,
        output_tokens: 1,
        cached_input_tokens: 0,
      },
    },
    {
      type: 'task.failed',
      data: {
        error: EVIL,
        result: resultWith({ summary: EVIL, output: EVIL, preview_url: 'javascript:window.harmed=1' }),
      },
    },
  )
  await page.locator('.card .why').waitFor()
  assert.ok((await page.locator('.asked-text').textContent())?.startsWith(SHOWN))
  assert.ok((await page.locator('.card .why').textContent())?.startsWith(SHOWN))
  await expectHarmless()
  for (const tab of TABS) {
    await page.goto(`${world.url}/#/task/${taskId}/${tab}`)
    await page
      .getByRole('tab', { selected: true })
      .and(page.locator(`#tab-${tab}`))
      .waitFor()
    await unfold(page)
    if (tab !== 'preview') {
      const shows = async () => (await page.locator('#task-panel').innerText()).includes(SHOWN)
      // What a panel shows may be on its way still.
      for (let looks = 0; looks < 100 && !(await shows()); looks += 1) await page.waitForTimeout(100)
      assert.ok(await shows(), tab)
    }
    await expectHarmless()
  }
  const artifact = page.locator('.artifacts a')
  assert.equal(await artifact.getAttribute('href'), `/v1/artifacts/${encodeURIComponent('../../x')}`)

  async function expectHarmless(): Promise<void> {
    assert.equal(await page.evaluate('window.harmed'), undefined)
    assert.equal(await page.locator('#app img:not([src="/mark.svg"]), #app script, #app style').count(), 0)
    assert.equal(await page.locator('a[href^="javascript" i], iframe').count(), 0)
    const text = await page.locator('#app').innerText()
    for (const sign of ['\u001b', '\u202e', '\u0000', '\u0007']) assert.ok(!text.includes(sign))
  }
})

test('the page may load nothing from elsewhere and run nothing but its own script', async (t) => {
  const stage = await openStage(t)
  if (stage === null) return
  const response = await stage.page.goto(stage.world.url)
  const policy = response?.headers()['content-security-policy'] ?? ''
  assert.match(policy, /default-src 'self'/)
  assert.doesNotMatch(policy, /unsafe/)
  await stage.page.locator('.composer').waitFor()
  // Neither does the console itself need more than that allows.
  assert.deepEqual(stage.complaints, [])
})
