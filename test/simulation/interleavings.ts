// Runs programs against shared stores in every order in which their calls can meet: stateless model checking, small enough to be whole
// (Godefroid, "Partial-Order Methods for the Verification of Concurrent Systems", 1996, without the reduction).
import { setImmediate as settle } from 'node:timers/promises'

/** Thrown into a program at a call: as if its process had died there. */
export class Died extends Error {}

export type Gate = {
  /** The same object, each of whose asynchronous methods waits for its turn. */
  readonly guard: <Port extends object>(port: Port) => Port
}

export type Program = (gate: Gate) => Promise<void>

type Waiting = { readonly go: () => void; readonly die: () => void }

/**
 * Calls `check` once for every order of the programs' calls. `begin` makes a fresh world with its programs; a program given in `mayDie`
 * is also killed once before each of its calls, and then run again from its start. Returns how many orders there were.
 */
export async function everyOrder(
  begin: () => { readonly programs: readonly Program[]; readonly check: (order: string) => Promise<void> },
  mayDie: readonly number[] = [],
): Promise<number> {
  const open: (readonly string[])[] = [[]]
  let orders = 0
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
    const { programs, check } = begin()
    const { taken, choices } = await runOnce(programs, prefix, mayDie)
    // Beyond the prefix the first choice was taken: the others are visited later.
    for (let at = prefix.length; at < taken.length; at += 1)
      for (const other of choices[at]?.slice(1) ?? []) open.push([...taken.slice(0, at), other])
    await check(taken.join(' '))
    orders += 1
  }
  return orders
}

async function runOnce(programs: readonly Program[], prefix: readonly string[], mayDie: readonly number[]) {
  /** A program that asks for several things at once gets them in the order in which it asked. */
  const waiting = new Map<number, Waiting[]>(programs.map((_, number) => [number, []]))
  const running = new Set(programs.keys())
  const dead = new Set<number>()
  const failures: unknown[] = []

  const start = (number: number): void => {
    const guard = <Port extends object>(port: Port): Port =>
      new Proxy(port, {
        get: (target, name, receiver) => {
          const member: unknown = Reflect.get(target, name, receiver)
          if (typeof member !== 'function') return member
          return async (...given: readonly unknown[]): Promise<unknown> => {
            await new Promise<void>((resolve, reject) =>
              waiting.get(number)?.push({ go: resolve, die: () => reject(new Died()) }),
            )
            return Reflect.apply(member, target, given)
          }
        },
      })
    programs[number]?.({ guard }).then(
      () => running.delete(number),
      (error: unknown) => {
        if (error instanceof Died) return start(number)
        failures.push(error)
        running.delete(number)
      },
    )
  }

  for (const number of programs.keys()) start(number)
  const taken: string[] = []
  const choices: (readonly string[])[] = []
  for (;;) {
    await settle()
    const ready = [...waiting].filter(([, calls]) => calls.length > 0).map(([number]) => number)
    if (ready.length === 0) {
      if (running.size === 0) break
      continue
    }
    const possible = ready.flatMap((number) =>
      mayDie.includes(number) && !dead.has(number) ? [`${number}`, `${number}†`] : [`${number}`],
    )
    const choice = prefix[taken.length] ?? possible[0] ?? ''
    taken.push(choice)
    choices.push(possible)
    const number = Number.parseInt(choice, 10)
    const turn = waiting.get(number)?.shift()
    if (choice.endsWith('†')) {
      dead.add(number)
      // What it asked for beside that dies with it.
      waiting.set(number, [])
      turn?.die()
    } else turn?.go()
  }
  if (failures.length > 0) throw new AggregateError(failures, `A program failed in the order ${taken.join(' ')}`)
  return { taken, choices }
}
