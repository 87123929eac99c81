// Where somebody stands who uses the command line: the owner, alone with us, in no conversation.
import type { ScopeName, Standing } from '../core/memory/scopes.ts'
import { OWNER } from '../core/vocabulary/principal.ts'

export const STANDING: Standing = { author: OWNER, isOwner: true, thread: null }

/** The scopes that there are without a conversation. */
export const SCOPES = ['me', 'shared'] as const satisfies readonly ScopeName[]
