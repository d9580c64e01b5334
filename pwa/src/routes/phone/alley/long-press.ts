import { picking } from './picking.svelte.ts'

/** As long as Android takes to offer its own menu. */
const LONG_MS = 450
/** A thumb that rests moves less than this, in CSS pixels. */
const REST_PX = 10

const doorAt = (event: Event): HTMLElement | null => (event.target as Element).closest<HTMLElement>('[data-door]')

/** On the alley as a whole: a finger that stays on a door begins picking, and while picking a tap picks and opens nothing. */
export function pressing(node: HTMLElement): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let from = { x: 0, y: 0 }
  let held = false
  const stop = (): void => clearTimeout(timer)
  const down = (event: PointerEvent): void => {
    held = false
    const id = doorAt(event)?.dataset.door
    stop()
    if (id === undefined || event.button !== 0) return
    from = { x: event.clientX, y: event.clientY }
    timer = setTimeout(() => {
      held = true
      navigator.vibrate?.(12)
      if (picking.on) picking.toggle(id)
      else picking.start(id)
    }, LONG_MS)
  }
  const move = (event: PointerEvent): void => {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > REST_PX) stop()
  }
  const tap = (event: Event): void => {
    const id = doorAt(event)?.dataset.door
    if (id === undefined || (!picking.on && !held)) return
    event.preventDefault()
    event.stopPropagation()
    if (!held) picking.toggle(id)
    held = false
  }
  const key = (event: KeyboardEvent): void => {
    if (event.key === ' ' && picking.on) tap(event)
  }
  // The menu of links would lie over the alley.
  const menu = (event: Event): void => {
    if (doorAt(event)) event.preventDefault()
  }
  const gone = new AbortController()
  const { signal } = gone
  node.addEventListener('pointerdown', down, { signal })
  node.addEventListener('pointermove', move, { signal })
  node.addEventListener('pointerup', stop, { signal })
  node.addEventListener('pointercancel', stop, { signal })
  node.addEventListener('click', tap, { signal, capture: true })
  node.addEventListener('keydown', key, { signal })
  node.addEventListener('contextmenu', menu, { signal })
  return () => {
    stop()
    gone.abort()
  }
}
