// What every MemoStore promises.
import assert from 'node:assert/strict'
import type { MemoStore } from '../../src/core/ports/memo-store.ts'
import { withParts } from './with-parts.ts'

export type MemosUnderTest = { readonly memos: MemoStore; readonly close: () => Promise<void> }

export function memoStoreContract(name: string, open: () => Promise<MemosUnderTest>): void {
  const withMemos = withParts(name, open)

  withMemos('what was noted last is there, what never was is not', async ({ memos }) => {
    assert.equal(await memos.get('menu'), null)
    await memos.set('menu', 'soup')
    await memos.set('menu', '"cake", 🍰 and \\ more')
    await memos.set('other', '')
    assert.equal(await memos.get('menu'), '"cake", 🍰 and \\ more')
    assert.equal(await memos.get('other'), '')
    assert.equal(await memos.get('Menu'), null)
  })

  withMemos('of writers that race one has the last word', async ({ memos }) => {
    const texts = Array.from({ length: 20 }, (_, index) => String(index))
    await Promise.all(texts.map((text) => memos.set('race', text)))
    assert.ok(texts.includes((await memos.get('race')) ?? ''))
  })
}
