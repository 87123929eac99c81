// Structured logs by pino and metrics in Prometheus' text format; both stay in this process.
import { pino } from 'pino'
import type { DestinationStream } from 'pino'
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { DurationName, MetricName, Telemetry } from '../../core/ports/telemetry.ts'

const COUNTERS: Readonly<Record<MetricName, { help: string; labels: readonly string[] }>> = {
  tasks_accepted_total: { help: 'Requests recorded, by interface', labels: ['interface'] },
  tasks_finished_total: { help: 'Tasks that ended, by status', labels: ['status'] },
  claims_total: { help: 'Claims by this worker', labels: [] },
  leases_lost_total: { help: 'Leases that ran out while this worker still held the task', labels: [] },
  model_tokens_total: { help: 'Tokens, by provider, tier and kind', labels: ['provider', 'tier', 'kind'] },
  checks_total: { help: 'Checks of the quality gate, by status', labels: ['status'] },
  prompt_cache_total: {
    help: 'Model calls that the cache was asked for, by whether it knew the answer',
    labels: ['outcome'],
  },
  sandbox_escapes_total: { help: 'Sandboxes that were stopped for trying to escape', labels: [] },
  chat_updates_total: { help: 'What arrived from chats, by kind', labels: ['kind'] },
  deliveries_total: { help: 'Requests to chats, by what came of them and lane', labels: ['outcome', 'lane'] },
}

const DURATIONS: Readonly<Record<DurationName, { help: string; labels: readonly string[]; buckets: number[] }>> = {
  task_seconds: {
    help: 'From acceptance to the end',
    labels: ['status'],
    buckets: [0.1, 0.5, 1, 2, 5, 15, 60, 300, 1800],
  },
  delivery_seconds: {
    help: 'One request to a chat, by lane',
    labels: ['lane'],
    buckets: [0.005, 0.02, 0.1, 0.3, 1, 3, 10, 30],
  },
  model_call_seconds: {
    help: 'One model call, fallbacks included',
    labels: ['provider', 'tier'],
    buckets: [0.01, 0.1, 0.5, 1, 2, 5, 15, 60, 180],
  },
  tool_call_seconds: { help: 'One tool call', labels: ['tool'], buckets: [0.002, 0.01, 0.05, 0.2, 1, 5, 30, 300] },
  http_request_seconds: {
    help: 'One HTTP request, by route and status',
    labels: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2],
  },
}

const GAUGES = {
  secrets_old: { help: 'Secrets that are due to be replaced, or overdue, by state', labels: ['state'] },
} as const satisfies Readonly<Record<string, { help: string; labels: readonly string[] }>>
export type GaugeName = keyof typeof GAUGES

export type ObservedTelemetry = Telemetry & {
  readonly metrics: () => Promise<string>
  /** How much of something there is now. */
  readonly gauge: (name: GaugeName, value: number, labels?: Readonly<Record<string, string>>) => void
}

/** Where log lines go: the standard error, or a file that is made if missing. Written at once, so that a crash loses none. */
export function logDestination(to: { readonly file: string } | 'stderr'): DestinationStream {
  return pino.destination({ dest: to === 'stderr' ? 2 : to.file, sync: true })
}

/** `secrets`, and what `hide` knows, never reach a log line, whatever field they stand in. */
export function createTelemetry(options: {
  readonly level: string
  readonly secrets: readonly string[]
  /** For secrets that are not known from the start. */
  readonly hide?: (line: string) => string
  readonly destination: DestinationStream
}): ObservedTelemetry {
  const logger = pino(
    { level: options.level, base: { pid: process.pid } },
    hideSecrets(options.destination, options.secrets, options.hide ?? ((line) => line)),
  )
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const counters = new Map<string, Counter>()
  const histograms = new Map<string, Histogram>()
  for (const [name, { help, labels }] of Object.entries(COUNTERS)) {
    counters.set(name, new Counter({ name: `factotum_${name}`, help, labelNames: [...labels], registers: [registry] }))
  }
  for (const [name, { help, labels, buckets }] of Object.entries(DURATIONS)) {
    const labelNames = [...labels]
    histograms.set(name, new Histogram({ name: `factotum_${name}`, help, labelNames, buckets, registers: [registry] }))
  }
  const gauges = new Map<string, Gauge>()
  for (const [name, { help, labels }] of Object.entries(GAUGES)) {
    gauges.set(name, new Gauge({ name: `factotum_${name}`, help, labelNames: [...labels], registers: [registry] }))
  }
  return {
    gauge: (name, value, labels = {}) => gauges.get(name)?.set({ ...labels }, value),
    log: (level, message, fields = {}) => logger[level](fields, message),
    count: (name, labels = {}, by = 1) => counters.get(name)?.inc({ ...labels }, by),
    time: (name, seconds, labels = {}) => histograms.get(name)?.observe({ ...labels }, seconds),
    metrics: () => registry.metrics(),
  }
}

function hideSecrets(
  destination: DestinationStream,
  secrets: readonly string[],
  hide: (line: string) => string,
): DestinationStream {
  const known = secrets.filter((secret) => secret.length >= 8)
  return {
    write: (line) => {
      let clean = hide(line)
      for (const secret of known) clean = clean.replaceAll(secret, '[secret]')
      destination.write(clean)
    },
  }
}
