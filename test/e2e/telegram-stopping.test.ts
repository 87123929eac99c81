// Stop means stopped: with the button, by typing, in a draft, and everything at once.
import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { createScriptedLlm } from '../../testkit/llm/server.ts'
import { becomes, askToRun, expectChatToHold, labels, openStage, PATIENT, runApproved } from './telegram-stage.ts'

/** Seconds that nobody else sleeps. */
const NAPS = { button: '91001.5', typed: '91002.5', one: '91003.5', two: '91004.5', draft: '91005.5' } as const

test('work that runs is stopped, and its sandbox is gone', async (t) => {
  const stage = await openStage(t, { telegram: { checkAnswers: true } })
  const { ada, bot, telegram, up } = stage
  await up()

  await t.test('with the button', async () => {
    const card = await runApproved(stage, `sleep ${NAPS.button}`)
    const working = await becomes(ada, card, /Working/)
    await until(() => sleeps(NAPS.button))
    assert.deepEqual(labels(working), ['Stop', 'Status', 'Details'])
    const status = await ada.tap(working, 'Status')
    assert.match(status.type === 'answered' ? status.text : '', /is being worked on, since \d+ s\.$/)
    const stopped = await ada.tap(ada.look(card) ?? working, 'Stop')
    assert.match(stopped.type === 'answered' ? stopped.text : '', /^It is being stopped\.$|^It was stopped/)
    const over = await becomes(ada, card, /^🛑 Stopped/)
    assert.match(over.text, /\nBy Ada, \d\d:\d\d UTC: Stopped with the button\.\n/)
    assert.deepEqual(labels(over), ['Details'])
    await until(async () => !(await sleeps(NAPS.button)))
  })

  await t.test('by /abort, which tells what it stopped', async () => {
    const card = await runApproved(stage, `sleep ${NAPS.typed}`)
    await until(() => sleeps(NAPS.typed))
    await ada.send('/abort')
    const told = await ada.expectReply({ where: /stopped/, ...PATIENT })
    assert.match(told.text, new RegExp(`^• [0-9a-f]{6} sleep ${NAPS.typed}: (is being|was) stopped`))
    await becomes(ada, card, /^🛑 Stopped/)
    await until(async () => !(await sleeps(NAPS.typed)))
    await ada.send('/abort')
    await ada.expectReply({ where: /Nothing is open here/, ...PATIENT })
  })

  await t.test('/panic on stops all that runs and lets nothing begin until /panic off', async () => {
    const one = await runApproved(stage, `sleep ${NAPS.one}`)
    const two = await runApproved(stage, `sleep ${NAPS.two}`)
    await until(async () => (await sleeps(NAPS.one)) && (await sleeps(NAPS.two)))
    await ada.send('/panic on')
    const told = await ada.expectReply({ where: /Everything is stopped/, ...PATIENT })
    assert.match(told.text, /2 sandboxes ended within \d\.\d s\. 2 tasks were at work and had to stop:/)
    for (const card of [one, two]) await becomes(ada, card, /^🛑 Stopped/)
    await until(async () => !(await sleeps(NAPS.one)) && !(await sleeps(NAPS.two)))

    const waiting = await askToRun(stage, 'echo later')
    await ada.tap(waiting.question, 'Approve once')
    const paused = await becomes(ada, waiting.card, /All work is paused/)
    assert.match(paused.text, /^🕓 Queued/)
    await ada.send('/status')
    assert.match((await ada.expectReply({ where: /Everywhere/, ...PATIENT })).text, /Everything is paused/)
    await ada.send('/panic off')
    await ada.expectReply({ where: /Going on: 1 task that waited is taken up again/, ...PATIENT })
    await becomes(ada, waiting.card, /Done · echo later\nlater\n/)
  })

  /** With what differs from run to run. */
  const firstLine = (begins: RegExp) =>
    `bot: ${
      ada
        .chat(bot)
        .messages.find(({ text }) => begins.test(text))
        ?.text.split('\n')[0] ?? '?'
    }`
  const stopped = (command: string) => [
    `Ada: /run ${command}`,
    `bot: ✅ Approved by Ada, HH:MM: ${command}`,
    `bot: 🛑 Stopped · ${command} [Details]`,
  ]
  await expectChatToHold(ada, bot, [
    ...stopped(`sleep ${NAPS.button}`),
    ...stopped(`sleep ${NAPS.typed}`),
    'Ada: /abort',
    ada
      .chat(bot)
      .messages.find((one) => one.text.startsWith('• '))
      ?.text.replace(/^/, 'bot: ') ?? '?',
    'Ada: /abort',
    'bot: Nothing is open here.',
    ...stopped(`sleep ${NAPS.one}`),
    ...stopped(`sleep ${NAPS.two}`),
    'Ada: /panic on',
    firstLine(/^Everything is stopped/),
    'Ada: /run echo later',
    'bot: ✅ Approved by Ada, HH:MM: echo later',
    'bot: ✅ Done · echo later [Fix] [Details]',
    'Ada: /status',
    'bot: Open here',
    'Ada: /panic off',
    'bot: Going on: 1 task that waited is taken up again. What was stopped stays stopped.',
  ])
  assert.deepEqual(telegram.wrongAnswers, [])
})

test('a sandbox that tries to get out is stopped, its task fails, and the owner hears of it', async (t) => {
  const stage = await openStage(t)
  const { ada, up } = stage
  await up()
  // kexec_load, which nothing well-meant calls.
  const number = process.arch === 'x64' ? 246 : 104
  const card = await runApproved(stage, `python3 -c "import ctypes; ctypes.CDLL(None).syscall(${number}, 0, 0, 0, 0)"`)
  const over = await becomes(ada, card, /^❌/)
  assert.match(over.text, /tried to get out of its sandbox/)
  const alert = await ada.expectReply({ where: /A sandbox tried to get out and was stopped/, ...PATIENT })
  assert.match(alert.text, /Task [0-9a-f]{6}: python3 -c/)
})

test('TG_DRAFTS: what an agent writes is shown as a draft, whose own Stop stops the task', async (t) => {
  const llm = await createScriptedLlm({
    respond: (_, number) =>
      number === 1
        ? { object: ROUTE }
        : number === 2
          ? { object: PLAN }
          : {
              text: 'I begin with the server.',
              toolCalls: [{ name: 'shell', input: { command: `sleep ${NAPS.draft}` } }],
            },
  })
  t.after(() => llm.close())
  const { ada, bot, telegram, up } = await openStage(t, {
    telegram: { checkAnswers: true },
    environment: {
      TG_DRAFTS: 'true',
      OPENAI_COMPATIBLE_BASE_URL: `${llm.url}/v1`,
      OPENAI_COMPATIBLE_API_KEY: 'sk-loopback',
      MODEL_SMALL: 'openai-compatible/scripted',
      MODEL_MAIN: 'openai-compatible/scripted',
      MODEL_REVIEW: 'openai-compatible/scripted',
    },
  })
  await up()
  await ada.send('create a hello world web app', { to: bot })
  const card = await ada.expectReply(PATIENT)
  const draft = await ada.expectDraft({ to: bot, ...PATIENT })
  assert.equal(draft.text, 'I begin with the server.')
  assert.equal(draft.canStop, true)
  await until(() => sleeps(NAPS.draft))
  await ada.stopDraft({ to: bot })
  const over = await becomes(ada, card, /^🛑 Stopped/)
  assert.match(over.text, /By Ada/)
  await until(async () => !(await sleeps(NAPS.draft)))
  await ada.expectChat((chat) => chat.drafts.length === 0, { to: bot, ...PATIENT })
  await expectChatToHold(ada, bot, [
    'Ada: create a hello world web app',
    'bot: 🛑 Stopped · create a hello world web app [Details]',
  ])
  assert.deepEqual(telegram.wrongAnswers, [])
})

const ROUTE = {
  task_type: 'dev_pipeline',
  confidence: 0.9,
  summary: 'A server is wanted.',
  plan: 'Write it.',
  needs_confirmation: false,
  command: null,
  refusal: null,
}
const PLAN = {
  summary: 'A server.',
  subtasks: [
    { id: 'server', title: 'Write it', role: 'coder', instructions: 'Write it.', acceptance: [], depends_on: [] },
  ],
}

/** A process anywhere on this machine, in a sandbox too, that sleeps for so long. */
async function sleeps(seconds: string): Promise<boolean> {
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (words === `sleep\0${seconds}\0`) return true
  }
  return false
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (await holds()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.fail('it did not become so in 30 seconds')
}
