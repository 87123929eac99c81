// How well the offline router understands people: accuracy by label over a set of messages, and hostile input.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createOfflineModels } from '../../src/adapters/models/offline/offline.ts'
import { enclose, quote } from '../../src/core/context/quote.ts'
import type { Route } from '../../src/core/crew/schemas.ts'
import { ROUTE_SCHEMA } from '../../src/core/crew/schemas.ts'
import { askFor } from '../../testkit/llm/tiny-crew.ts'
import { EXAMPLES } from './offline-classifier-set.ts'
import type { Before, Example } from './offline-classifier-example.ts'

const models = createOfflineModels()
const AT = '[2026-11-21 10:00 UTC]'
const CONTEXTS: Readonly<Record<Before, string>> = {
  nothing: '',
  work: [
    enclose('work', [
      '01890000-0000-7000-8000-000000000009 (dev_pipeline, completed): create a hello world web app\n  understood: You want a hello world web app.\n  came of it: A web application.\n  files: package.json, server.js, public/index.html, public/style.css, test/server.test.js',
    ]),
    enclose('conversation', [
      `${AT} Ada: create a hello world web app`,
      `${AT} you: A web application. It is running on port 8000.`,
    ]),
  ].join('\n\n'),
  proposal: enclose('conversation', [
    `${AT} Ada: create a hello world web app`,
    `${AT} you: Understood: You want a hello world web app.\nWill: Create a web application.`,
  ]),
  question: enclose('conversation', [
    `${AT} Ada: fix it`,
    `${AT} you: What should I fix, and what goes wrong with it?`,
  ]),
}

async function routeOf(says: string, before: Before): Promise<Route> {
  const { object } = askFor({ request: '', subject: 'route', role: 'router', files: [] })
  const context = CONTEXTS[before]
  const prompt = [...(context === '' ? [] : [enclose('context', [context])]), quote('request', says)].join('\n\n')
  const asked = { ...object, prompt, schemaName: 'route', schema: ROUTE_SCHEMA }
  return (await models.object(asked, new AbortController().signal)).value
}

/** The labels, and for each what the router made of an example; null where the label does not apply. */
const LABELS: Readonly<
  Record<
    string,
    { readonly floor: number; readonly of: (example: Example, route: Route) => readonly [string, string] | null }
  >
> = {
  intent: { floor: 0.98, of: (wanted, route) => (wanted.ask ? null : [wanted.intent, route.intent]) },
  task_type: { floor: 0.98, of: (wanted, route) => (wanted.ask ? null : [wanted.type, route.task_type]) },
  ask: { floor: 0.98, of: (wanted, route) => [String(wanted.ask), String(route.ask !== null)] },
  others: { floor: 0.98, of: (wanted, route) => [String(wanted.others), String(route.others.length)] },
  continues: {
    floor: 0.98,
    of: (wanted, route) => (wanted.ask ? null : [String(wanted.continues), String(route.continues)]),
  },
  facts: {
    floor: 0.98,
    of: (wanted, route) => [wanted.facts.join(' '), route.facts.map(({ kind }) => kind).join(' ')],
  },
}

test('the set is large and of many kinds', () => {
  assert.ok(EXAMPLES.length >= 220, String(EXAMPLES.length))
  assert.equal(new Set(EXAMPLES.map(({ says, before }) => `${before} ${says}`)).size, EXAMPLES.length)
})

for (const [label, { floor, of }] of Object.entries(LABELS)) {
  test(`accuracy of ${label}`, async (t) => {
    const table = new Map<string, number>()
    const wrong: string[] = []
    let counted = 0
    for (const example of EXAMPLES) {
      const pair = of(example, await routeOf(example.says, example.before))
      if (pair === null) continue
      const [wanted, got] = pair
      counted += 1
      const cell = `${wanted === '' ? '-' : wanted} → ${got === '' ? '-' : got}`
      table.set(cell, (table.get(cell) ?? 0) + 1)
      if (wanted !== got) wrong.push(`${cell}: ${example.says.slice(0, 80).replaceAll('\n', '⏎')} (${example.before})`)
    }
    const share = (counted - wrong.length) / counted
    t.diagnostic(`${label}: ${(share * 100).toFixed(1)} % of ${counted}`)
    for (const [cell, times] of [...table].toSorted(([one], [other]) => one.localeCompare(other)))
      t.diagnostic(`  ${cell}: ${times}`)
    for (const line of wrong) t.diagnostic(`  wrong ${line}`)
    assert.ok(share >= floor, `${share} is less than ${floor}`)
  })
}

test('whatever somebody writes, the answer has the shape of the crew, quotes are theirs, and nothing is thrown', async () => {
  const words = fc.constantFrom(
    ...EXAMPLES.map(({ says }) => says.slice(0, 200)),
    ...[
      '`',
      '```',
      '"',
      '“',
      '„',
      '<request>',
      '</request>',
      '<context>',
      '\n',
      '\n\n',
      '- ',
      '1. ',
      '> ',
      '\u0000',
      '\ud800',
      'ü',
    ],
  )
  const messages = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 500 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }),
    fc.array(fc.oneof(words, fc.string({ maxLength: 12 })), { maxLength: 12 }).map((parts) => parts.join(' ')),
  )
  const before = fc.constantFrom<Before>('nothing', 'work', 'proposal', 'question')
  await fc.assert(
    fc.asyncProperty(messages, before, async (says, context) => {
      const route = await routeOf(says, context)
      assert.ok(route.others.length <= 4 && route.facts.length <= 3)
      assert.ok(
        route.summary.length <= 1_000 && route.plan.length <= 1_000 && route.summary !== '' && route.plan !== '',
      )
      assert.equal(route.task_type === 'shell_command' && route.refusal === null, route.command !== null)
      for (const { quote: theirs } of route.facts) assert.ok(says.includes(theirs), theirs)
    }),
    { numRuns: 400 },
  )
})

test('32,000 characters of any repetition are read in a time that grows no faster than their number', async (t) => {
  const parts = [
    ...[
      'a',
      ' ',
      '\n',
      '"',
      '`',
      '```\n',
      '<',
      '<\\',
      '- a\n',
      '1. ',
      '. ',
      '? ',
      '! ',
      ', and ',
      ' and then create ',
      '> x\n',
      '\n\n',
    ],
    ...[
      'create a web app. ',
      'make it blue and ',
      'never ',
      'always ask me before ',
      'my name is ',
      'run ',
      '$ ',
      'run `ls` ',
      'remember that ',
    ],
    ...[
      'that says ',
      'called ',
      'the title should be ',
      'tool count ',
      'json api for ',
      'no, ',
      'thanks, ',
      'erstelle eine ',
      'ha',
      '👍',
      '\ud83d',
    ],
    ...[
      'I ',
      'what ',
      'in python ',
      'ERROR: x\n',
      '    code\n',
      'http web json rest ',
      'test tests ',
      "'a' ",
      '„',
      'x-',
      'the the ',
    ],
  ]
  for (const part of parts) {
    for (const context of ['nothing', 'work', 'proposal'] as const) {
      const says = part.repeat(Math.ceil(32_000 / part.length))
      const began = process.cpuUsage()
      await routeOf(says, context)
      const { user } = process.cpuUsage(began)
      // A rule that grows with the square of the text takes minutes here; this is no promise of speed.
      assert.ok(user < 5_000_000, `${JSON.stringify(part)} (${context}): ${user / 1_000} ms`)
      if (user > 100_000) t.diagnostic(`${JSON.stringify(part)} (${context}): ${user / 1_000} ms`)
    }
  }
})
