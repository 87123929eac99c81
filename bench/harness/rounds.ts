// Several rounds of every side, the order turned around each time, so that drift of the machine favours nobody.

export async function alternate<Side extends string, Figures>(
  rounds: number,
  sides: Readonly<Record<Side, () => Promise<Figures>>>,
): Promise<(side: Side) => readonly Figures[]> {
  const names = Object.keys(sides) as Side[]
  const figures = new Map<Side, Figures[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) figures.get(name)?.push(await sides[name]())
  }
  return (side) => figures.get(side) ?? []
}

/** Runs `work` `times` times, at most `width` at once, and resolves when all are done. */
export async function inParallel(times: number, width: number, work: (number: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < times) {
      const mine = next
      next += 1
      await work(mine)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, times) }, lane))
}
