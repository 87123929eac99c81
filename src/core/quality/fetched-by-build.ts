// What an engine would fetch to build a Dockerfile, by itself and outside of every sandbox: images, addresses, another syntax.
import { readDockerfile } from './checks/read-dockerfile.ts'

export type FetchedByBuild = {
  /** Images that have to be there. */
  readonly images: readonly string[]
  /** Why it can't be built without fetching something, one sentence; null where it can. */
  readonly problem: string | null
}

/** Pure; never throws. In doubt there is a problem. */
export function fetchedByBuild(dockerfile: string): FetchedByBuild {
  const instructions = readDockerfile(dockerfile)
  const stages = new Set<string>()
  const images = new Set<string>()
  const problems: string[] = []
  const image = (name: string) => {
    if (name.includes('$')) problems.push('The image that it takes is only known when it is built.')
    else if (name !== 'scratch' && !stages.has(name.toLowerCase()) && !/^\d+$/.test(name)) images.add(name)
  }
  if (/^\s*#\s*syntax\s*=/im.test(dockerfile))
    problems.push('It asks for a syntax of its own, which an engine would fetch.')
  for (const { keyword, words, flags, text } of instructions) {
    if (keyword === 'FROM') {
      const [name = '', as, stage] = words
      image(name)
      if (as?.toLowerCase() === 'as' && stage !== undefined) stages.add(stage.toLowerCase())
    }
    const isOnBuild = keyword === 'ONBUILD'
    for (const [, from] of text.matchAll(/--from=(\S+)|(?<=,|\s|=)from=([^\s,]+)/g)) if (from !== undefined) image(from)
    for (const [, from] of text.matchAll(/--mount=\S*?\bfrom=([^\s,]+)/g)) if (from !== undefined) image(from)
    if ((keyword === 'ADD' || isOnBuild) && /(?:https?|git|ssh):\/\/|git@/.test(words.join(' ')))
      problems.push('It adds something that an engine would fetch.')
    if (flags.some((flag) => /^--(?:security|network)=(?!none|default)/.test(flag)))
      problems.push('It asks for rights that a build does not have.')
  }
  if (images.size === 0 && !instructions.some(({ keyword }) => keyword === 'FROM'))
    problems.push('It begins with no image.')
  const odd = [...images].find((name) => !/^[\w][\w./:@-]{0,250}$/.test(name))
  if (odd !== undefined) problems.push('It names an image in a way that is none.')
  return { images: [...images], problem: problems[0] ?? null }
}
