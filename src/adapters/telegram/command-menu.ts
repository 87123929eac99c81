// The menu of commands that clients show: each kind of chat its own, and told to Telegram only when it changed.
import { createHash } from 'node:crypto'
import type { BotCommand, BotCommandScope } from 'grammy/types'
import type { Clock } from '../../core/ports/clock.ts'
import type { MemoStore } from '../../core/ports/memo-store.ts'
import type { Telemetry } from '../../core/ports/telemetry.ts'
import { commandsFor } from '../../core/conversation/command-texts.ts'
import type { UserId } from '../../core/vocabulary/ids.ts'
import type { BotId } from '../../core/vocabulary/place.ts'
import { abortable } from './api.ts'
import type { TelegramApi } from './api.ts'
import { errorToCallFailure } from './call-failure.ts'
import { withDeadline } from './deadline.ts'

export type CommandMenuDeps = {
  readonly bot: BotId
  readonly api: TelegramApi
  readonly clock: Clock
  readonly telemetry: Telemetry
  readonly remembered: MemoStore
  /** Whose chats show the owners' commands too. */
  readonly owners: () => Promise<readonly UserId[]>
}

type Menu = { readonly scope: BotCommandScope; readonly commands: readonly BotCommand[] }

const TRIES = 3
const CALL_MS = 15_000

/** Registers what changed since it was registered last. Never rejects: a bot without a menu still works. */
export async function syncCommandMenu(deps: CommandMenuDeps, signal: AbortSignal): Promise<void> {
  try {
    for (const menu of menus(await deps.owners())) {
      if (signal.aborted) return
      const key = `telegram-menu/${deps.bot}/${scopeName(menu.scope)}`
      const digest = createHash('sha256').update(JSON.stringify(menu)).digest('hex').slice(0, 32)
      if ((await deps.remembered.get(key)) === digest) continue
      if (await register(deps, menu, signal)) await deps.remembered.set(key, digest)
    }
  } catch (error) {
    deps.telemetry.log('warn', 'The menu of commands could not be looked after', {
      bot: deps.bot,
      error: String(error),
    })
  }
}

function menus(owners: readonly UserId[]): readonly Menu[] {
  const ownersHere = owners.flatMap((owner) => /^telegram:(\d+)$/.exec(owner)?.[1] ?? [])
  return [
    { scope: { type: 'all_private_chats' }, commands: menuFor('member', true) },
    { scope: { type: 'all_group_chats' }, commands: menuFor('member', false) },
    ...ownersHere.map((id) => ({
      scope: { type: 'chat', chat_id: Number(id) } as const,
      commands: menuFor('owner', true),
    })),
  ]
}

function menuFor(role: 'owner' | 'member', direct: boolean): readonly BotCommand[] {
  return commandsFor(role, direct).map(({ name, says }) => ({ command: name, description: says }))
}

/** False where it was not taken: an owner who never wrote to the bot has no chat with it yet. */
async function register(deps: CommandMenuDeps, menu: Menu, signal: AbortSignal): Promise<boolean> {
  for (let tries = 1; tries <= TRIES && !signal.aborted; tries += 1) {
    try {
      await withDeadline({ clock: deps.clock, ms: CALL_MS, signal }, (cut) =>
        deps.api.raw.setMyCommands({ scope: menu.scope, commands: menu.commands }, abortable(cut)),
      )
      return true
    } catch (error) {
      if (signal.aborted) return false
      const failure = errorToCallFailure(error)
      deps.telemetry.log('info', 'A menu of commands was not registered', {
        bot: deps.bot,
        scope: scopeName(menu.scope),
        reason: failure.reason,
      })
      if (failure.type !== 'slow_down') return false
      await deps.clock.sleep(failure.retryAfterMs, signal)
    }
  }
  return false
}

function scopeName(scope: BotCommandScope): string {
  return 'chat_id' in scope ? `${scope.type}/${scope.chat_id}` : scope.type
}
