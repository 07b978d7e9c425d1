// Where the window is: the view in front, the palette, and who wants the search.
import { tick } from 'svelte';

export const views = ['home', 'activity', 'approvals', 'policies', 'servers', 'clients', 'settings'] as const;
/** `status` is reached from the state at the sidebar's foot. */
export type View = (typeof views)[number] | 'status';

export class Navigation {
  view = $state<View>('home');
  paletteOpen = $state(false);
  /** Somebody wants to search; the view that has a search puts the focus there and clears this. */
  searching = $state(false);

  go(view: View): void {
    this.view = view;
  }

  /**
   * Closes the palette, and then does something. In between it gives the focus back to where it was, so that a
   * view that opens can take it from there.
   */
  async leavePalette(act: () => void): Promise<void> {
    this.paletteOpen = false;
    await tick();
    act();
  }

  /** In the view in front, where it can be searched; else in the activity. */
  search(): void {
    if (this.view !== 'settings') this.go('activity');
    this.searching = true;
  }
}
