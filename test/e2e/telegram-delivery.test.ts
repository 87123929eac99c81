// Where work begins and where it goes, in the chat: a repository and an archive named by a person, and finished work pushed after a yes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import http from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { zipSync } from 'fflate'
import type { LlmRequest, ScriptedTurn } from '../../testkit/llm/turn.ts'
import type { SeenMessage } from '../../testkit/telegram/user/seen.ts'
import type { UserClient } from '../../testkit/telegram/user/user-client.ts'
import { git, gitServer } from '../integration/git-world.ts'
import { openBrowser } from '../support/browser.ts'
import { withoutPostgres } from '../support/postgres.ts'
import { pageHolds } from './console-stage.ts'
import { answered, openScriptedStage, requestIn, routed, settled } from './scripted-stage.ts'
import type { Asked, ScriptedStage } from './scripted-stage.ts'
import { becomes, labels, moment, PATIENT } from './telegram-stage.ts'

const ASKED = 'It waits for your OK.'
const STRONG =
  "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\ntest('adds', () => {\n  assert.equal(1 + 2, 3)\n  assert.equal(2 + 2, 4)\n})\n"
const MILD = STRONG.replace('  assert.equal(2 + 2, 4)\n', '')

/** To fix and to ease is work, too; easing takes an assertion away. */
function respond(asked: Asked, request: LlmRequest): ScriptedTurn {
  if (asked === 'route') return routed(requestIn(request).replace(/^(?:fix|ease)\b/, 'make'))
  if (asked === 'code' && request.text.includes('ease the tests in')) {
    return request.text.includes('assert.equal(1 + 2, 3)')
      ? { toolCalls: [{ name: 'finish', input: { summary: 'Eased it.', evidence: ['a.test.js is there'] } }] }
      : { toolCalls: [{ name: 'write', input: { path: 'a.test.js', content: MILD } }] }
  }
  return answered(asked, request)
}

test(
  'work on a repository is proposed, done and delivered from the chat; an archive and milder tests are told of',
  { skip: withoutPostgres },
  async (t) => {
    const server = gitServer(t, null)
    const listener = http.createServer(server.answer)
    t.after(() => listener.close())
    listener.listen(0, '127.0.0.1')
    await once(listener, 'listening')
    const address = listener.address()
    assert.ok(typeof address === 'object' && address !== null)
    const { port } = address
    server.commit('ada/shop', { 'README.md': 'top\n', 'a.test.js': STRONG })
    const url = `http://127.0.0.1:${port}/ada/shop`
    const stage = await openScriptedStage(t, { people: ['Ada'], respond })
    const { bot, place, rows, up } = stage
    const [ada] = stage.people
    assert.ok(ada !== undefined)
    await mkdir(place.dataDir, { recursive: true })
    const egress = [{ host: '127.0.0.1', ports: [port], private: true }]
    await writeFile(join(place.dataDir, 'policy.json'), JSON.stringify({ version: 1, egress }))
    const platform = await up()
    const bare = server.bare('ada/shop')
    const branches = () => git(bare, 'for-each-ref', '--format=%(refname:short)', 'refs/heads').split('\n')
    const pushes = () => server.requests.filter(({ url: at }) => at.endsWith('/git-receive-pack')).length

    let final: SeenMessage
    await t.test('a repository in the words is where the work begins, and the proposal says so', async () => {
      await ada.send(`fix the greeting in ${url}.git`, { to: bot })
      const proposal = await ada.expectReply({ where: /Understood:/, ...PATIENT })
      assert.match(proposal.text, new RegExp(`^From: ${url}$`, 'm'))
      await ada.tap(proposal, 'OK')
      const card = await ada.expectReply({ where: /^\S+ \S+ · fix the greeting/, ...PATIENT })
      final = await becomes(ada, card, /^✅ Done · fix the greeting/)
      assert.deepEqual(labels(final), ['Accept', 'Fix', 'Deliver', 'Details'])
    })

    await t.test('Deliver asks, without an Always; the yes pushes once, and another press never again', async () => {
      const firstPress = dataOf(final, 'Deliver')
      assert.deepEqual(await ada.tap(final, 'Deliver'), { type: 'answered', text: ASKED, alert: false })
      const question = await ada.expectReply({ where: /May this be sent\?/, ...PATIENT })
      const named = new RegExp(
        `^Push 1 commit to ${url}\nBranch: (factotum/fix-the-greeting-in-[0-9a-f]{8}), from main\n(?:.*\n)*Commits:\n- Write the file$`,
        'm',
      ).exec(question.text)
      assert.ok(named !== null, question.text)
      assert.deepEqual(labels(question), ['Approve once', 'Deny'])
      assert.doesNotMatch(question.text, /tokens/)
      const kinds = await rows<{ kind: string }>(
        `select data->>'kind' as kind from task_events where type = 'approval.requested' order by at`,
      )
      assert.deepEqual(
        kinds.map(({ kind }) => kind),
        ['plan', 'delivery'],
      )
      assert.match(await pressOld(stage, ada, final, firstPress), /^Already taken care of by you, /)
      assert.deepEqual([branches(), pushes()], [['main'], 0], 'nothing leaves before the yes')
      await moment()
      await ada.tap(question, 'Approve once')
      const told = await ada.expectReply({ where: /^\S+ \S+.* · Deliver /, ...PATIENT })
      await becomes(ada, told, /^✅ Done[^]*Pushed 1 commit to the branch factotum\/fix-the-greeting-in-/)
      await settled(stage)
      const [, branch = ''] = named
      assert.deepEqual([branches(), pushes()], [[branch, 'main'], 1])
      assert.equal(git(bare, 'diff', '--name-status', 'main', branch), 'A\tnote.txt')
      const tip = git(bare, 'rev-parse', branch)

      // The card has a button again, which asks again; a yes to what is there already sends nothing.
      assert.match(await pressOld(stage, ada, final, dataOf(ada.look(final) ?? final, 'Deliver')), /^It waits/)
      const again = await ada.expectReply({ where: /May this be sent\?/, ...PATIENT })
      await moment()
      await ada.tap(again, 'Approve once')
      await settled(stage)
      assert.deepEqual([branches(), pushes(), git(bare, 'rev-parse', branch)], [[branch, 'main'], 1, tip])
    })

    await t.test('one archive with words is where the work begins', async () => {
      const bytes = zipSync({ 'top/a.txt': new TextEncoder().encode('packed\n') })
      const caption = 'make a note beside these'
      await ada.sendFile({ bytes, name: 'shop.zip', mimeType: 'application/zip', caption }, { to: bot })
      const proposal = await ada.expectReply({ where: /Understood:/, ...PATIENT })
      assert.match(proposal.text, /^From: the archive that was sent$/m)
      await ada.tap(proposal, 'OK')
      const card = await ada.expectReply({ where: /^\S+ \S+ · make a note beside these/, ...PATIENT })
      const done = await becomes(ada, card, /^✅ Done · make a note beside these[^]*note\.txt/)
      assert.deepEqual(labels(done), ['Accept', 'Fix', 'Details'], 'there is nowhere to deliver it to')
      await settled(stage)
    })

    await t.test('tests that became milder are asked about; Accept completes the task', async () => {
      await ada.send(`ease the tests in ${url}.git`, { to: bot })
      await ada.tap(await ada.expectReply({ where: /Understood:/, ...PATIENT }), 'OK')
      const question = await ada.expectReply({ where: /May these tests go, or become milder\?/, ...PATIENT })
      assert.match(
        question.text,
        /a\.test\.js:\d+ An assertion is gone in the test "adds"\.\n\s*before: assert\.equal\(2 \+ 2, 4\)/,
      )
      assert.deepEqual(labels(question), ['Accept', 'Deny'])
      await moment()
      await ada.tap(question, 'Accept')
      const card = await ada.expectReply({ where: /^\S+ .* · ease the tests/, ...PATIENT })
      await becomes(ada, card, /^✅ Done · ease the tests[^]*✅ test integrity/)
      await settled(stage)
    })

    await t.test('the console delivers the same task: the form asks, and says what it would send', async (scene) => {
      const context = await openBrowser(scene)
      if (context === null) return
      const [work] = await rows<{ id: string }>(
        `select id from tasks where task_type = 'dev_pipeline' and status = 'completed' order by created_at limit 1`,
      )
      const [, login = ''] = await platform.line(/Factotum is up: (http:\/\/\S+)/)
      const page = context.pages()[0] ?? (await context.newPage())
      await page.goto(login)
      await page.getByLabel('Your request').waitFor()
      await page.goto(`${new URL(login).origin}/#/task/${work?.id}/result`)
      await page.getByText('Deliver to a repository').click()
      await page.getByLabel('Branch', { exact: true }).fill('from-the-console')
      await page.getByRole('button', { name: 'Deliver…' }).click()
      await pageHolds(page, `document.querySelector('.approval h2')?.textContent === 'Send this?'`)
      const asked = await page.locator('.approval').innerText()
      assert.ok(
        asked.includes(`Push 1 commit to ${url}`) && asked.includes('Branch: from-the-console, from main'),
        asked,
      )
      await page.getByRole('button', { name: 'Send', exact: true }).click()
      await page.getByText('Pushed 1 commit to the branch from-the-console').first().waitFor()
      assert.ok(branches().includes('from-the-console'))
      assert.equal(pushes(), 2)
    })
  },
)

function dataOf(message: SeenMessage, label: string): string {
  return message.buttons.flat().find((button) => button.text === label)?.data ?? ''
}

/** A press on a button, whether the message still has it or not. Gives what the person is told. */
async function pressOld(
  { telegram, bot }: ScriptedStage,
  person: UserClient,
  message: SeenMessage,
  data: string,
): Promise<string> {
  const { world } = telegram
  const [account, user] = [world.bots.get(bot.id), world.users.get(person.id)]
  assert.ok(account !== undefined && user !== undefined)
  const stored = world.chatOf(account, person.id).messages.get(message.id)
  assert.ok(stored !== undefined)
  const answer = await world.pressData(account, user, stored, data).answered
  return answer === 'expired' ? 'expired' : (answer.text ?? '')
}
