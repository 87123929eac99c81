import assert from 'node:assert/strict'
import { test } from 'node:test'
import { repositoryInWords } from './repository-in-words.ts'

const SAID: readonly (readonly [string, string | null, string | null])[] = [
  ['fix the login in https://github.com/ada/shop', 'https://github.com/ada/shop', null],
  ['fix the login in https://github.com/ada/shop.', 'https://github.com/ada/shop', null],
  ['(see https://codeberg.org/ada/shop/) please', 'https://codeberg.org/ada/shop', null],
  ['https://git.example.org/ada/shop.git needs tests', 'https://git.example.org/ada/shop', null],
  ['https://anything.example.org/ada/shop.git', 'https://anything.example.org/ada/shop', null],
  ['change https://github.com/ada/shop/tree/next', 'https://github.com/ada/shop', 'next'],
  ['make a page like https://example.org/ada/shop', null, null],
  ['read https://github.com/ada/shop/issues/7', null, null],
  ['read https://github.com/ada/shop/blob/main/a.txt', null, null],
  ['https://github.com/topics/shop', null, null],
  ['https://github.com/ada', null, null],
  ['https://github.com/ada/one and https://github.com/ada/two', null, null],
  ['https://ada:secret@github.com/ada/shop', null, null],
  ['https://github.com/ada/shop?tab=readme', null, null],
  ['no address at all', null, null],
]

for (const [words, url, ref] of SAID)
  test(`${url === null ? 'no repository' : 'a repository'}: ${words}`, () => {
    const found = repositoryInWords(words)
    assert.deepEqual(found, url === null ? null : { type: 'git', url, ref, paths: [] })
  })
