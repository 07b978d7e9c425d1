// Where the window is: the view in front, the palette, and who wants the search.

export const views = ['home', 'activity', 'approvals', 'policies'] as const;
export type View = (typeof views)[number];

export class Navigation {
  view = $state<View>('home');
  paletteOpen = $state(false);
  /** Somebody wants to search; the Activity view puts the focus there and clears this. */
  searching = $state(false);

  go(view: View): void {
    this.view = view;
    this.paletteOpen = false;
  }

  search(): void {
    this.go('activity');
    this.searching = true;
  }
}
