// Who asks: an owner, a member or a guest, with the scopes that their credential carries.
import type { UserId } from './ids.ts'

export const SCOPES = ['tasks:read', 'tasks:write', 'tasks:approve', 'worker', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

export type Principal = {
  readonly userId: UserId
  /** Owners see and approve everything; the others see their own tasks only. */
  readonly role: 'owner' | 'member' | 'guest'
  readonly scopes: readonly Scope[]
}

/** The person whose machine it is: who the terminal and a one-time login act as. */
export const OWNER = 'owner' as UserId
