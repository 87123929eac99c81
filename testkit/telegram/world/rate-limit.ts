// A model of Telegram's flood control: per chat, per group and minute, and over all chats of a bot.
export type RateLimits = {
  /** Seconds to wait, or 0: then the call is counted. */
  readonly take: (call: { readonly bot: number; readonly method: string; readonly chat?: string }) => number
}

type Bucket = { tokens: number; at: number }
type Rate = { readonly burst: number; readonly perSecond: number }

const PER_CHAT: Rate = { burst: 3, perSecond: 1 }
const PER_GROUP: Rate = { burst: 20, perSecond: 20 / 60 }
const OVERALL: Rate = { burst: 30, perSecond: 30 }
const COUNTED = /^(send(?!chataction|messagedraft|richmessagedraft)|forward|copy|editmessage)/u

/** `now` is in virtual milliseconds. */
export function createRateLimits(now: () => number): RateLimits {
  const buckets = new Map<string, Bucket>()
  const bucketOf = (key: string, rate: Rate): Bucket => {
    const bucket = buckets.get(key) ?? { tokens: rate.burst, at: now() }
    bucket.tokens = Math.min(rate.burst, bucket.tokens + ((now() - bucket.at) / 1000) * rate.perSecond)
    bucket.at = now()
    buckets.set(key, bucket)
    return bucket
  }
  return {
    take: ({ bot, method, chat }) => {
      if (chat === undefined || !COUNTED.test(method.toLowerCase())) return 0
      const isGroup = chat.startsWith('-') || chat.startsWith('@')
      const limits: readonly (readonly [Bucket, Rate])[] = [
        [bucketOf(`${bot}`, OVERALL), OVERALL],
        [bucketOf(`${bot}:${chat}`, PER_CHAT), PER_CHAT],
        ...(isGroup ? [[bucketOf(`${bot}:${chat}:minute`, PER_GROUP), PER_GROUP] as const] : []),
      ]
      const waits = limits.map(([bucket, rate]) => (bucket.tokens >= 1 ? 0 : (1 - bucket.tokens) / rate.perSecond))
      const wait = Math.ceil(Math.max(...waits))
      if (wait > 0) return wait
      for (const [bucket] of limits) bucket.tokens -= 1
      return 0
    },
  }
}
