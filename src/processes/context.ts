// What models are told beside somebody's words in a conversation, put together for people to look at.
import { buildContextPack } from '../core/context/context-pack.ts'
import type { ContextPack } from '../core/context/context-pack.ts'
import { gatherContext } from '../core/context/gather.ts'
import type { ContextQuery } from '../core/context/gather.ts'
import type { Platform } from './platform.ts'

/** The same as a worker gathers for a task of these words. */
export async function contextOf(
  platform: Pick<Platform, 'gather' | 'config'>,
  query: ContextQuery,
): Promise<ContextPack> {
  return buildContextPack(await gatherContext(platform.gather, query), platform.config.CONTEXT_TOKENS)
}
