// A load of requests over kept-alive connections, light enough not to be what is measured.
import { Agent, request } from 'node:http'
import { percentile } from './figures.ts'
import { inParallel } from './rounds.ts'

export type Load = { readonly perSecond: number; readonly p99: number }

export type Posts = {
  readonly headers: Readonly<Record<string, string>>
  /** Of each post, counted from 0. */
  readonly body: (number: number) => string
  readonly status: number
}

/** POSTs `times` bodies over `connections` connections; every answer has to have the status. */
export async function postLoad(url: string, posts: Posts, times: number, connections: number): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const took: number[] = []
  const post = (number: number) =>
    new Promise<void>((resolve, reject) => {
      const body = posts.body(number)
      const headers = {
        ...posts.headers,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      }
      const began = performance.now()
      const asked = request(url, { method: 'POST', agent, headers }, (answer) => {
        answer.resume()
        answer.once('end', () => {
          took.push(performance.now() - began)
          if (answer.statusCode === posts.status) resolve()
          else reject(new Error(`${url} answered ${answer.statusCode}`))
        })
      })
      asked.once('error', reject)
      asked.end(body)
    })
  try {
    const began = performance.now()
    await inParallel(times, connections, post)
    return { perSecond: (times * 1_000) / (performance.now() - began), p99: percentile(took, 99) }
  } finally {
    agent.destroy()
  }
}
