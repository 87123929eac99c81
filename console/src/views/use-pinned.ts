// Keeps a scrolling box at its end while it grows, until the reader scrolls away from there.
import { useEffect, useRef, useState } from 'preact/hooks'

const NEAR = 48
const HAND_MS = 1_500
const MOVES = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const

/** `place` names what is in the box: another place begins at its own end, or at its top where that is not wanted. */
export function usePinned(wanted: boolean, place: string) {
  const box = useRef<HTMLDivElement>(null)
  const pinned = useRef(wanted)
  const [away, setAway] = useState(false)
  useEffect(() => {
    const element = box.current
    const content = element?.firstElementChild
    pinned.current = wanted
    setAway(false)
    if (!wanted || element === null || content == null) return
    const toEnd = () => {
      if (pinned.current) element.scrollTop = element.scrollHeight
    }
    let moved = Number.NEGATIVE_INFINITY
    const onMove = (event: Event) => {
      // A press on the box itself, not on something in it, is one on its scroll bar.
      if (event.type !== 'pointerdown' || event.target === element) moved = performance.now()
    }
    const onScroll = () => {
      const near = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR
      // Content that shrinks and grows scrolls too; only the reader's own hand lets go of the end.
      if (!near && performance.now() - moved > HAND_MS) return
      pinned.current = near
      setAway(!near)
    }
    const sizes = new ResizeObserver(toEnd)
    sizes.observe(content)
    sizes.observe(element)
    element.addEventListener('scroll', onScroll, { passive: true })
    for (const move of MOVES) element.addEventListener(move, onMove, { passive: true })
    toEnd()
    return () => {
      sizes.disconnect()
      element.removeEventListener('scroll', onScroll)
      for (const move of MOVES) element.removeEventListener(move, onMove)
    }
  }, [wanted, place])
  const toEnd = () => {
    pinned.current = true
    setAway(false)
    if (box.current !== null) box.current.scrollTop = box.current.scrollHeight
  }
  return { box, away, toEnd }
}
