// A promise of a contract as a test: what it needs is opened before, and closed after it, however it ends.
import { test } from 'node:test'

type Closing = { readonly close: () => Promise<void> }

/** Returns the function that declares one promise; its title is preceded by the name of who promises. */
export function withParts<Parts extends Closing>(name: string, open: () => Promise<Parts>) {
  return (title: string, run: (parts: Parts) => Promise<void>): void =>
    void test(`${name}: ${title}`, async () => {
      const parts = await open()
      try {
        await run(parts)
      } finally {
        await parts.close()
      }
    })
}
