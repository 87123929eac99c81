// Every runner there is, in the order in which people read of them.
import type { Runner } from '../runner.ts'

export const RUNNERS: readonly Runner[] = []
