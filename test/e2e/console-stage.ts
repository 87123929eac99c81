// The console in a real browser over the real server with stores in memory, and tasks that live as a test tells them to.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'
import type { AgentName, TaskEventBody } from '../../src/core/vocabulary/event.ts'
import type { CommitId, TaskId, UserId } from '../../src/core/vocabulary/ids.ts'
import type { JsonValue } from '../../src/core/vocabulary/json.ts'
import type { TaskResult } from '../../src/core/vocabulary/task.ts'
import { ensureConsole } from '../../src/adapters/http/console-build.ts'
import { loginDigest } from '../../src/adapters/http/tokens.ts'
import { KEYS, openWorld } from '../integration/http-world.ts'
import type { World } from '../integration/http-world.ts'
import { openBrowser } from '../support/browser.ts'
import type { Screen } from '../support/browser.ts'

const CONSOLE = fileURLToPath(new URL('../../console', import.meta.url))

export type Stage = {
  readonly world: World
  readonly context: BrowserContext
  readonly page: Page
  /** What the page complained of: errors, and refused loads. */
  readonly complaints: readonly string[]
  readonly loginUrl: () => Promise<string>
}

/** Null where there is no browser; the test is then skipped. Signed in unless told otherwise. */
export async function openStage(t: TestContext, screen?: Screen, signedIn = true): Promise<Stage | null> {
  const context = await openBrowser(t, screen)
  if (context === null) return null
  const outDir = await mkdtemp(join(tmpdir(), 'factotum-console-'))
  t.after(() => rm(outDir, { recursive: true, force: true }))
  const consoleDirectory = await ensureConsole({ sourceDir: CONSOLE, outDir, say: () => undefined })
  const world = await openWorld(t, { config: { consoleDirectory } })
  const page = context.pages()[0] ?? (await context.newPage())
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  let tokens = 0
  const loginUrl = async () => {
    tokens += 1
    const token = `login-token-${tokens}-of-this-test`
    const expiresAt = new Date(Date.now() + 60_000)
    await world.deps.access.addLoginToken(loginDigest(KEYS.current, token), 'owner' as UserId, expiresAt)
    return `${world.url}/login?token=${token}`
  }
  if (signedIn) {
    await page.goto(await loginUrl())
    await page.locator('.composer').waitFor()
  }
  return { world, context, page, complaints, loginUrl }
}

/** What has the focus: its id and what a reader would call it. Scripts for the page are text, as the page's types aren't here. */
export async function focusOf(page: Page): Promise<{ readonly id: string; readonly name: string }> {
  return page.evaluate(`(() => {
    const element = document.activeElement
    if (element === null || !element.matches('a, button, input, select, textarea, summary, [tabindex]')) return { id: '', name: '' }
    return { id: element.id, name: (element.getAttribute('aria-label') ?? element.textContent ?? '').trim() }
  })()`)
}

/** Presses Tab from the start of the page until what has the focus is called `name`. */
export async function tabTo(page: Page, name: string): Promise<void> {
  await page.evaluate('document.activeElement?.blur()')
  const passed: string[] = []
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press('Tab')
    const focus = await focusOf(page)
    if (focus.name.startsWith(name)) return
    passed.push(focus.name)
  }
  throw new Error(`"${name}" can't be reached with Tab, only: ${passed.join(' | ')}`)
}

/** Opens everything that is folded in the tab that is shown. */
export async function unfold(page: Page): Promise<void> {
  const folded = '#task-panel [aria-expanded="false"], #task-panel details:not([open]) > summary'
  await page.evaluate(`document.querySelectorAll(${JSON.stringify(folded)}).forEach((each) => each.click())`)
  // What was in a folded step may be folded itself.
  await page.evaluate(`document.querySelectorAll(${JSON.stringify(folded)}).forEach((each) => each.click())`)
}

export const COMMIT = '4f2a90c1d3b7e8a6540912fe77ab3cd01e95f6b2' as CommitId

const USAGE = { input_tokens: 1_840, output_tokens: 412, cached_input_tokens: 0 }

export function started(step: string, agent: AgentName, title: string): TaskEventBody {
  return { type: 'step.started', data: { step, agent, title } }
}

export function completed(step: string, agent: AgentName, output: JsonValue, ms = 840): TaskEventBody {
  return { type: 'step.completed', data: { step, agent, output, commit: null, duration_ms: ms } }
}

export function said(step: string, agent: AgentName, text: string, offline = false): TaskEventBody {
  return { type: 'agent.message', data: { step, agent, text, offline } }
}

export function used(step: string, agent: AgentName, offline = false): TaskEventBody {
  const model = offline ? { provider: 'offline', model: 'offline' } : { provider: 'example', model: 'large-1' }
  return { type: 'usage.recorded', data: { step, agent, tier: 'main', ...USAGE, ...model, offline } }
}

export function toolRan(
  step: string,
  tool: string,
  input: JsonValue,
  output: string,
  ok = true,
): readonly TaskEventBody[] {
  const about = { step, agent: 'coder', call_id: `${tool}-call`, tool } as const
  return [
    { type: 'tool.started', data: { ...about, input } },
    { type: 'tool.finished', data: { ...about, ok, output, duration_ms: 120 } },
  ]
}

export function checked(step: string, check: string, passed: boolean, output: string): TaskEventBody {
  const reason = passed ? null : 'It ended with exit code 1.'
  return {
    type: 'check.finished',
    data: {
      step,
      agent: 'platform',
      check,
      status: passed ? 'passed' : 'failed',
      command: check,
      exit_code: passed ? 0 : 1,
      duration_ms: 1_320,
      output,
      reason,
    },
  }
}

export function resultWith(found: Partial<TaskResult>): TaskResult {
  return {
    summary: '',
    answer: null,
    exit_code: null,
    output: null,
    preview_url: null,
    commit: COMMIT,
    changed_files: [],
    checks: [],
    usage: { ...USAGE, model_calls: 4 },
    sources: [],
    offline: false,
    ...found,
  }
}

export type Actor = { readonly append: (...bodies: readonly TaskEventBody[]) => Promise<void> }

/** Claims the task and takes it through routing to where work begins. */
export async function beginWork(world: World, taskId: TaskId, summary = 'A small web app.'): Promise<Actor> {
  const actor = await world.claimed(taskId)
  await actor.append(
    started('route', 'router', 'Understand the request'),
    {
      type: 'task.routed',
      data: {
        intent: 'command',
        ask: null,
        source: null,
        task_type: 'dev_pipeline',
        confidence: 0.94,
        summary,
        plan: 'Plan it, write it, test it.',
        needs_confirmation: false,
        command: null,
      },
    },
    completed('route', 'router', {}, 210),
    { type: 'task.queued', data: { reason: 'Routed.' } },
    { type: 'task.started', data: { worker: 'worker-1', sandbox_level: 'L1' } },
  )
  return actor
}

/** Waits until the expression holds on the page. Asked from outside each time: the page's own policy forbids it to evaluate texts. */
export async function pageHolds(page: Page, condition: string): Promise<void> {
  for (let looks = 0; looks < 300; looks += 1) {
    if ((await page.evaluate(condition)) === true) return
    await page.waitForTimeout(100)
  }
  throw new Error(`It never came about on the page: ${condition}`)
}

/** From now on the server's answer to this is replaced by `value`, for this page alone. */
export async function answerWith(page: Page, method: string, pathname: string, value: unknown): Promise<void> {
  await page.route(
    (url) => url.pathname === pathname,
    (route) => (route.request().method() === method ? route.fulfill({ json: value }) : route.fallback()),
  )
}
