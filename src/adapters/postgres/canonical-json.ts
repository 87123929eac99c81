// JSON text with the members of every object in one order, so that equal values are equal texts wherever they came from.
import { storableJson } from './storable-text.ts'

export function canonicalJson(value: unknown): string {
  return storableJson(inOrder(value))
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(members.map(([key, member]) => [key, inOrder(member)]))
}
