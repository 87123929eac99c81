// Project templates in memory: for tests that lay one.
import type { Template, Templates } from '../../core/ports/templates.ts'

export function createMemoryTemplates(templates: readonly Template[] = []): Templates {
  return {
    list: async () => templates.map(({ info }) => info).toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    read: async (name) => templates.find(({ info }) => info.name === name) ?? null,
  }
}
