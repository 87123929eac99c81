import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { constraintIn, isRulesAlone, statedRules } from './stated-rule.ts'

const STATED = [
  ['never touch production', 'never', 'Never touch production'],
  ['Never push to main!', 'never', 'Never push to main'],
  ['Please never delete backups.', 'never', 'Never delete backups'],
  ["don't ever email customers", 'never', "Don't ever email customers"],
  ['Do not ever restart the database', 'never', 'Do not ever restart the database'],
  ['dont ever use jQuery', 'never', 'Dont ever use jQuery'],
  [
    "don't touch the billing code under any circumstances",
    'never',
    "Don't touch the billing code under any circumstances",
  ],
  ['Under no circumstances publish to npm', 'never', 'Under no circumstances publish to npm'],
  ["don't use tabs anymore", 'never', "Don't use tabs anymore"],
  ['You must never log passwords', 'never', 'Never log passwords'],
  ['From now on, never use var.', 'never', 'Never use var'],
  ['remember: never call me Bob', 'never', 'Never call me Bob'],
  ['Remember that you must always write tests', 'always', 'Always write tests'],
  ['always use TypeScript', 'always', 'Always use TypeScript'],
  ['and please always answer in German', 'always', 'Always answer in German'],
  ['ask me before you deploy', 'ask_first', 'Ask me before you deploy'],
  ['Always ask me before spending money', 'ask_first', 'Always ask me before spending money'],
  ['check with Ada before merging', 'ask_first', 'Check with Ada before merging'],
  ['ask first before deleting anything', 'ask_first', 'Ask first before deleting anything'],
  ['Before you send anything, ask me', 'ask_first', 'Before you send anything, ask me'],
  ['never deploy without asking me', 'ask_first', 'Never deploy without asking me'],
  ["don't merge without my approval", 'ask_first', "Don't merge without my approval"],
  ['Only publish after I approve', 'ask_first', 'Only publish after I approve'],
] as const

const NOT_STATED = [
  '',
  'create a hello world web app',
  'I have never been to Paris',
  'Never mind',
  'never mind, I found it',
  'It never works',
  'Why do you never answer?',
  'Should I always use TypeScript?',
  'You are always so helpful',
  'Always happy to help!',
  'Never heard of it',
  "don't use tabs",
  'do not forget the milk',
  'Can you ask me before you deploy?',
  'He asked me before lunch',
  'make a game where the player never dies',
  'a page that always shows the time',
  'write a poem about never giving up',
] as const

for (const [said, rule, text] of STATED)
  test(`a rule: ${said}`, () => assert.deepEqual(constraintIn(said), { rule, text, quote: said.trim() }))
for (const said of NOT_STATED) test(`no rule: ${said}`, () => assert.deepEqual(statedRules(said), []))

test('rules among other words are found, each as it stands', () => {
  const said = 'Build me a shop. Never use PHP; always use TypeScript.\nAsk me before you buy a domain, please'
  const rules = statedRules(said)
  assert.deepEqual(
    rules.map(({ rule, text }) => [rule, text]),
    [
      ['never', 'Never use PHP'],
      ['always', 'Always use TypeScript'],
      ['ask_first', 'Ask me before you buy a domain, please'],
    ],
  )
  for (const { quote } of rules) assert.ok(said.includes(quote))
  assert.equal(isRulesAlone(said), false)
})

test('rules and nothing else are told apart from a request with a rule in it', () => {
  assert.equal(isRulesAlone('Never use PHP. Always use TypeScript!'), true)
  assert.equal(isRulesAlone('never touch production'), true)
  assert.equal(isRulesAlone(''), false)
  assert.equal(isRulesAlone('Never use PHP. What is PHP?'), false)
})

test('any text is answered, and every quotation stands in it', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'never ',
      'always ',
      "don't ",
      'ever ',
      'ask me before ',
      'touch it',
      '. ',
      '\n',
      '; ',
      'without asking',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const said = pieces.join('')
      for (const { quote, text } of statedRules(said)) {
        assert.ok(said.includes(quote))
        assert.ok(quote.length <= 300 && text.length <= 300 && text !== '')
      }
    }),
  )
  for (const long of ['never ', "don't a ", 'please ', 'remember that ', 'before a, '])
    assert.ok(Array.isArray(statedRules(long.repeat(20_000))))
})
