class WalkView {
  /** How the alley is looked at; kept while the app lives. */
  current = $state<'strip' | 'list' | 'map'>('strip')
}
export const walkView = new WalkView()
