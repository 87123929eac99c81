// A load of requests over kept-alive connections, light enough not to be what is measured.
import { Agent, request } from 'node:http'
import { percentile } from './figures.ts'
import { inParallel } from './rounds.ts'

export type Load = { readonly perSecond: number; readonly p99: number }

/** POSTs `times` bodies over `connections` connections; every answer has to be 201. */
export async function postLoad(
  url: string,
  token: string | null,
  body: string,
  times: number,
  connections: number,
): Promise<Load> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const authorization = token === null ? {} : { authorization: `Bearer ${token}` }
  const headers = { ...authorization, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
  const took: number[] = []
  const post = () =>
    new Promise<void>((resolve, reject) => {
      const began = performance.now()
      const asked = request(url, { method: 'POST', agent, headers }, (answer) => {
        answer.resume()
        answer.once('end', () => {
          took.push(performance.now() - began)
          if (answer.statusCode === 201) resolve()
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
